#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "messages/phase_map.hpp"

namespace phasecast {

/// Writes a spectrum so that --references reads it. Throws std::runtime_error naming the path.
void write_reference(const std::filesystem::path& path, std::span<const double> energies_ev,
                     std::span<const double> mu, const std::string& origin);

/// One line: shifts, whether they were applied, and the residual's structure. Empty without a check.
std::string reference_line(const PhaseMap& map);

/// Into a folder: scanNNN_residual.csv (energy in eV, mean residual in absorbance), scanNNN_residual.png,
/// and, if a state seems to be missing, scanNNN_suggested.txt for --references. Nothing without a check.
void write_reference_report(const PhaseMap& map, const std::filesystem::path& folder);

}  // namespace phasecast
