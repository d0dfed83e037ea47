#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

namespace phasecast {

/// Adds `--config FILE`: a TOML file with the same names as the long options; the command line wins.
void add_config_file(CLI::App& app, std::string& path);
/// Throws std::runtime_error naming file, line, key and what is known.
void apply_config_file(CLI::App& app, const std::string& path);

/// Every option with its value as given or by default: what is written beside the results.
std::map<std::string, std::string> describe(const CLI::App& app);

}  // namespace phasecast
