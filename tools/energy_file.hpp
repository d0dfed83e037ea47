#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "messages/result.hpp"

namespace phasecast {

/// Energies in eV from a text file: the first number of each line, # starts a comment. Below 70 at most they
/// are taken as keV, and `assumptions` says so. Text where a number belongs is an error that names the line.
Result<std::vector<double>> read_energies(const std::filesystem::path& path,
                                          std::vector<std::string>& assumptions);

}  // namespace phasecast
