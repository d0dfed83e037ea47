#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "pipeline/files/stack_description.hpp"

namespace phasecast {

/// What a user says about a TIFF stack; the same for `unmix` and `replay`.
struct StackOptions {
  std::string energies;
  std::string data = "auto";
};

void add_stack_options(CLI::App& app, StackOptions& options);

/// Reads the energies. Throws std::runtime_error naming file and line.
StackDescription to_description(const StackOptions& options, std::vector<std::string>& assumptions);

}  // namespace phasecast
