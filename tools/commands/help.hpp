#pragma once

#include <CLI/CLI.hpp>

namespace phasecast {

/// Adds `help`, which tells of all other commands: those that `app` has when it is asked.
void add_help(CLI::App& app, int& exit_status);

}  // namespace phasecast
