#pragma once

#include <string>
#include <vector>

#include "messages/phase_map.hpp"
#include "messages/status.hpp"

namespace phasecast {

/// The newest drift that was applied; none yet: nullptr.
const Drift* newest_trusted(const std::vector<Drift>& drift);
std::size_t flagged(const std::vector<Drift>& drift);

/// For a person, a line each.
/// "drift +1.2 -0.4 px, magnification 1.0020; 2 of 60 flagged"
std::string drift_text(const std::vector<Drift>& drift);
/// "±3.1 % now, ±2.8 % with all 117; next 8351 eV, ±3.0 %"
std::string advice_text(const Advice& advice, std::size_t energies_planned);
/// "NiO seems 1.5 ± 0.1 eV too low"; empty where nothing is wrong, or where it has been put right.
std::vector<std::string> reference_warnings(const ReferenceCheck& found,
                                            const std::vector<std::string>& states);
/// "NiO moved by +1.5 ± 0.1 eV", where references were.
std::vector<std::string> reference_moves(const ReferenceCheck& found, const std::vector<std::string>& states);

}  // namespace phasecast
