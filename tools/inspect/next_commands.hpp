#pragma once

#include <string>
#include <vector>

#include "tools/inspect/mean_spectrum.hpp"
#include "tools/inspect/report.hpp"

namespace phasecast {

/// How to go on with a scan: with the references that were given, else by finding some in it; or, with too
/// few energies for that, by sending it.
std::vector<std::string> next_commands(const std::string& path, const ScanStart& start, const EdgeGuess& edge,
                                       const Companions& companions);

}  // namespace phasecast
