#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/sender.hpp"
#include "tools/simulate/experiment.hpp"

namespace phasecast {

struct SimulateOptions {
  ExperimentConfig experiment;
  int states = 2;
  std::vector<std::string> references;
  std::filesystem::path energies;
  std::optional<std::string> edge;
  std::filesystem::path output;
  std::filesystem::path write_references;
  std::optional<double> start_time_s;
  SendConfig send;
  KeyFiles keys;
};

void add_simulate_options(CLI::App& command, SimulateOptions& options);

/// Reads the files that the options name and fills in what follows from them; what had to be assumed is said
/// on stderr. Throws std::runtime_error for files.
ExperimentConfig experiment_of(const SimulateOptions& options);

}  // namespace phasecast
