#pragma once

#include <CLI/CLI.hpp>

#include "tools/sender.hpp"

namespace phasecast {

/// --to, --rate and the deliberate faults, which `simulate` and `replay` share.
/// --key and --server-key go to `keys`, to be loaded when the command runs.
void add_send_options(CLI::App& command, SendConfig& config, KeyFiles& keys);

/// Throws std::invalid_argument if faults or a rate are asked for without --to.
void require_target(const CLI::App& command);

}  // namespace phasecast
