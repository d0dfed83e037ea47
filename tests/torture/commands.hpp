#pragma once

#include <CLI/CLI.hpp>

namespace phasecast::torture {

/// Each adds its subcommand; a failure sets the exit status.
void add_streams(CLI::App& app, int& exit_status);
void add_cycles(CLI::App& app, int& exit_status);
void add_soak(CLI::App& app, int& exit_status);
void add_overload(CLI::App& app, int& exit_status);
void add_hostile(CLI::App& app);
void add_disk_full(CLI::App& app, int& exit_status);
void add_slow_disk(CLI::App& app, int& exit_status);

}  // namespace phasecast::torture
