#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "stages/energy_information.hpp"

namespace phasecast {

/// A window in which a choice has to have a number of energies.
struct WindowQuota {
  std::string window;  ///< in words
  bool EnergyRow::*inside;
  int least = 0;
};

/// Looks for the energies of a grid that leave the smallest fraction_deviation.
class EnergyExchange {
 public:
  /// Places in the grid.
  using Choice = std::vector<std::size_t>;

  struct Limits {
    int energies = 0;  ///< to choose
    BackgroundFit fit = BackgroundFit::before;
    double spacing_ev = 0;  ///< any two are at least this far apart
    std::vector<WindowQuota> quotas;
  };

  EnergyExchange(std::vector<EnergyRow> grid, EnergyInformation nothing, Limits limits);

  /// Greedy, packed from low energies to high, and then random ones; only those that the limits leave room
  /// for.
  std::vector<Choice> starts(int count) const;
  /// Replaces place by place, each by the best there is, until nothing helps. Returns the deviation left.
  double improve(Choice& choice) const;

 private:
  double deviation(const EnergyInformation& sum) const;
  EnergyInformation sum_of(const Choice& choice) const;
  bool has_room(const Choice& choice, std::size_t candidate) const;
  bool keeps_quotas(const Choice& choice, std::size_t candidate) const;
  bool allowed(const Choice& choice, std::size_t candidate) const;
  /// In this order, whatever is allowed.
  Choice take(const Choice& order) const;
  Choice greedy() const;
  Choice packed() const;

  std::vector<EnergyRow> grid_;
  EnergyInformation nothing_;
  Limits limits_;
};

/// An exchange is made for a gain of more than this part: rounding does not count.
inline constexpr double smallest_deviation_gain = 1e-9;

}  // namespace phasecast
