#pragma once

#include <optional>
#include <span>

#include "messages/advice.hpp"
#include "messages/phase_map.hpp"
#include "stages/energy_information.hpp"

namespace phasecast {

/// What the energies still to come would bring to this scan. The map gives σ, scale and composition of its
/// pixels through its uncertainty layer, whose median over the valid pixels of the state known worst is where
/// it starts; what other energies make of that is the ratio of the variances that they foretell, averaged
/// over the compositions in the map. O(energies · L³), and one look at 2¹⁴ pixels or all.
///
/// `planned` are the rows of map.energies_ev. Energies that an earlier scan stands in for (energies_carried)
/// do not count as received: the final map will not have them. NaN where the energies do not determine the
/// fractions yet, or no pixel is valid. `enough`: in fractions; nothing never says so.
Advice advise(const PhaseMap& map, std::span<const EnergyRow> planned, std::optional<double> enough);

}  // namespace phasecast
