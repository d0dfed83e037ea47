#pragma once

#include <CLI/CLI.hpp>

#include "tools/sender.hpp"

namespace phasecast {

/// --to, --rate and the deliberate faults, which `simulate` and `replay` share.
void add_send_options(CLI::App& command, SendConfig& config);

/// Throws std::invalid_argument if faults or a rate are asked for without --to.
void require_target(const CLI::App& command);

}  // namespace phasecast
