#include "stages/absorption_edge.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "stages/dense.hpp"

namespace phasecast {

namespace {

constexpr std::size_t least_points = 3;  // in a window

bool is_given(const EnergyWindow& window) {
  return window.high_ev > window.low_ev;
}

/// Of the least-squares line through points first … last.
double slope(const Spectrum& spectrum, std::size_t first, std::size_t last) {
  const auto count = static_cast<double>(last - first + 1);
  double mean_e = 0, mean_mu = 0, both = 0, square = 0;
  for (std::size_t i = first; i <= last; ++i) {
    mean_e += spectrum.energy_ev[i] / count;
    mean_mu += spectrum.mu[i] / count;
  }
  for (std::size_t i = first; i <= last; ++i) {
    const double e = spectrum.energy_ev[i] - mean_e;
    both += e * (spectrum.mu[i] - mean_mu);
    square += e * e;
  }
  return both / square;
}

/// Value at e0 of a polynomial fitted in the window; nothing if there are too few points.
std::optional<double> extrapolate(const Spectrum& spectrum, const EnergyWindow& window, int order,
                                  double e0_ev) {
  std::vector<std::size_t> inside;
  for (std::size_t i = 0; i < spectrum.energy_ev.size(); ++i)
    if (window.contains(spectrum.energy_ev[i])) inside.push_back(i);
  if (inside.size() < std::max(least_points, static_cast<std::size_t>(order) + 1)) return std::nullopt;
  const PolynomialBasis basis{e0_ev,
                              std::max(std::abs(window.low_ev - e0_ev), std::abs(window.high_ev - e0_ev))};
  Eigen::MatrixXd powers(static_cast<Eigen::Index>(inside.size()), order + 1);
  Eigen::VectorXd mu(powers.rows());
  for (Eigen::Index i = 0; i < powers.rows(); ++i) {
    const std::size_t point = inside[static_cast<std::size_t>(i)];
    powers.row(i) = basis(spectrum.energy_ev[point], order).transpose();
    mu(i) = spectrum.mu[point];
  }
  return least_squares(powers, mu)(0);
}

}  // namespace

std::optional<AbsorptionEdge> find_edge(const Spectrum& spectrum, const EnergyWindow& pre_edge,
                                        const EnergyWindow& post_edge) {
  const std::vector<double>& energy = spectrum.energy_ev;
  if (energy.size() < 2 * least_points) return std::nullopt;
  AbsorptionEdge edge;
  double steepest = 0;
  for (std::size_t i = 2; i + 2 < energy.size(); ++i) {
    const double rise = slope(spectrum, i - 2, i + 2);
    if (!(rise > steepest)) continue;
    steepest = rise;
    edge.e0_ev = energy[i];
  }
  if (!(steepest > 0)) return std::nullopt;

  const double e0 = edge.e0_ev, behind = energy.back() - e0;
  edge.pre_edge = is_given(pre_edge) ? pre_edge : EnergyWindow{energy[1], (energy[1] + e0) / 2};
  edge.post_edge =
      is_given(post_edge) ? post_edge : EnergyWindow{e0 + std::min(25.0, behind / 15), energy.back()};
  const double length = edge.post_edge.high_ev - edge.post_edge.low_ev;
  edge.post_order = length >= 300 ? 2 : length >= 30 ? 1 : 0;
  const auto below = extrapolate(spectrum, edge.pre_edge, 1, e0);
  const auto above = extrapolate(spectrum, edge.post_edge, edge.post_order, e0);
  if (!below || !above) return std::nullopt;
  edge.edge_step = *above - *below;
  return edge;
}

}  // namespace phasecast
