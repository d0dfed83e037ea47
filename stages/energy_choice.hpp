#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "messages/result.hpp"
#include "stages/energy_information.hpp"

namespace phasecast {

struct EnergyChoiceConfig {
  int energies = 0;  ///< to choose
  BackgroundFit fit = BackgroundFit::before;
  int least_in_pre_edge =
      0;                  ///< at least this many in the pre-edge window; what its polynomial needs, anyway
  double spacing_ev = 0;  ///< any two are at least this far apart
  int starts = 8;         ///< of the exchange: greedy, spread, and then random ones
};

struct EnergyChoice {
  std::vector<double> energies_ev;  ///< increasing
  double deviation = 0;             ///< of a fraction, see fraction_deviation; references normalized on these
};

/// The energies of a grid that leave the smallest variance of the fractions (fraction_deviation), by
/// exchange: while replacing one of the chosen by one of the others helps, it is replaced (Fedorov 1972; one
/// by one, Cook and Nachtsheim 1980). From several starts, of which the best end is taken. The order of the
/// grid makes no difference.
///
/// Errors: "energies" (more than the grid has, or fewer than the unknowns of a pixel and one), "energy"
/// (listed twice, or not covered by a reference), "window" (too few of the grid in a window, or too many
/// asked for), "spacing" (no room for so many), "rank" (no choice determines the fractions).
Result<EnergyChoice> choose_energies(const Dictionary& dictionary, std::span<const double> grid_ev,
                                     const EnergyChoiceConfig& config);

/// fraction_deviation of this list, the references normalized on it.
double fraction_deviation(const Dictionary& dictionary, std::span<const double> energies_ev,
                          BackgroundFit fit);

/// Every k-th energy of an increasing grid, so that there are `count`, the first and the last with them: the
/// plan without any thought. `count` is 2 or more and at most the grid's.
std::vector<double> evenly_taken(std::span<const double> grid_ev, int count);

}  // namespace phasecast
