#include "stages/energy_advice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "stages/median.hpp"

namespace phasecast {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// The valid pixels as far as uncertainties depend on them.
struct Pixels {
  double uncertainty = unknown;  // median of the state known worst
  Compositions compositions;
};

Pixels look_at(const PhaseMap& map) {
  const std::size_t pixels = map.shape.pixels(), states = map.states.size();
  const auto length = static_cast<Eigen::Index>(states);
  Compositions sums{SmallVector::Zero(length), SmallVector::Zero(length)};
  std::vector<double> worst;
  for_sampled_pixels(pixels, [&](std::size_t k) {
    if (map.mask[k] != static_cast<std::uint8_t>(PixelMask::valid)) return;
    double largest = 0;
    for (std::size_t l = 0; l < states; ++l) {
      const double x = map.fraction[l * pixels + k];
      sums.mean(static_cast<Eigen::Index>(l)) += x;
      sums.mean_square(static_cast<Eigen::Index>(l)) += x * x;
      largest = std::max(largest, static_cast<double>(map.uncertainty[l * pixels + k]));
    }
    worst.push_back(largest);
  });
  if (worst.empty()) return {};
  const auto count = static_cast<double>(worst.size());
  return {median(std::move(worst)), {sums.mean / count, sums.mean_square / count}};
}

/// Relative to what other energies give: of the state known worst.
double worst_deviation(const EnergyInformation& information, const Compositions& compositions) {
  const double variance =
      fraction_variances(information.covariance(BackgroundFit::before), compositions).maxCoeff();
  return variance > 0 && std::isfinite(variance) ? std::sqrt(variance) : unknown;
}

}  // namespace

Advice advise(const PhaseMap& map, std::span<const EnergyRow> planned, std::optional<double> enough) {
  Advice advice{unknown, unknown, unknown, unknown, false};
  const Pixels pixels = look_at(map);
  if (planned.empty() || !std::isfinite(pixels.uncertainty)) return advice;

  const int states = static_cast<int>(map.states.size());
  const int background = static_cast<int>(planned.front().unknowns.size()) - states;
  EnergyInformation received(states, background), in_map(states, background), all(states, background);
  std::vector<bool> used(planned.size());
  for (const std::uint32_t t : map.energies_used) {
    used[t] = true;
    received.add(planned[t]);
    in_map.add(planned[t]);
  }
  for (const std::uint32_t t : map.energies_carried) in_map.add(planned[t]);
  for (const EnergyRow& row : planned) all.add(row);

  const auto deviation = [&](const EnergyInformation& of) {
    return worst_deviation(of, pixels.compositions);
  };
  const double unit = pixels.uncertainty / deviation(in_map);
  advice.uncertainty = unit * deviation(received);
  advice.uncertainty_planned = unit * deviation(all);
  double least = advice.uncertainty;
  for (std::size_t t = 0; t < planned.size(); ++t) {
    if (used[t]) continue;
    EnergyInformation with = received;
    with.add(planned[t]);
    const double uncertainty = unit * deviation(with);
    if (!(uncertainty < least)) continue;
    advice.next_energy_ev = planned[t].energy_ev;
    advice.uncertainty_next = least = uncertainty;
  }
  advice.enough = enough && advice.uncertainty - advice.uncertainty_planned < *enough;
  return advice;
}

}  // namespace phasecast
