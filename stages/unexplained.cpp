#include "stages/unexplained.hpp"

#include <algorithm>
#include <cmath>

#include "stages/dense.hpp"
#include "stages/median.hpp"
#include "stages/subspace.hpp"

namespace phasecast {

namespace {

constexpr double smallest_part = 0.02;  // what is less changes no map
constexpr double most_other_side =
    0.05;  // measured: missing states 0.00, the ALS Fe scan 0.23 (decision 0015)
constexpr double thick_of_median = 0.5;  // thinner pixels know little of their composition

/// From the middle eigenvalue: those of the signal are few and above it, as many as the model has are zero.
/// The middle of Marchenko and Pastur's law is a third of the ratio of its dimensions below the variance.
double noise_variance(const Eigen::VectorXd& increasing, Eigen::Index freedom, double pixels) {
  const double middle = increasing(increasing.size() - 1 - freedom / 2);
  return middle / (1 - static_cast<double>(freedom) / (3 * pixels));
}

/// Amounts of a direction, on the side where they are larger.
Eigen::VectorXd amounts(const Eigen::MatrixXd& spectra, const Eigen::VectorXd& direction) {
  const Eigen::VectorXd amount = spectra.transpose() * direction;
  return amount.array().cube().sum() < 0 ? -amount : amount;
}

}  // namespace

bool Unexplained::structured() const {
  return strength > noise_edge && part > smallest_part && other_side < most_other_side;
}

Result<Unexplained> unexplained(const ShiftProblem& problem, const Eigen::VectorXd& shift) {
  const Eigen::Index energies = problem.energies(), pixels = problem.pixels();
  if (pixels < 2 * energies)
    return Error{"pixels", "scan", "pixels with the element", std::to_string(pixels),
                 "at least " + std::to_string(2 * energies) + " to tell structure from noise"};
  const Eigen::MatrixXd residual = problem.unexplained(shift);
  const auto count = static_cast<double>(pixels);
  const EigenPairs eigen = eigen_pairs(products_of_rows(residual) / count);
  const double variance = noise_variance(eigen.values, problem.degrees_of_freedom(), count);
  const double strongest = eigen.values(energies - 1);
  const auto freedom = static_cast<double>(problem.degrees_of_freedom());

  Unexplained found;
  found.energies_ev = problem.energies_ev();
  found.mean = residual.rowwise().mean();
  found.noise_sigma = std::sqrt(variance);
  found.structure = std::sqrt(found.mean.squaredNorm() * count / (freedom * variance));
  found.direction = eigen.vectors.col(energies - 1);
  found.strength = strongest / variance;
  found.noise_edge = largest_of_noise(static_cast<std::size_t>(pixels), energies);
  const double excess = std::max(strongest - variance, 0.0);
  found.part = std::sqrt(excess / (problem.spectra().squaredNorm() / count - freedom * variance));
  const double below = amounts(residual, found.direction).cwiseMin(0).squaredNorm() / count;
  found.other_side = (below - variance / 2) / excess;
  return found;
}

std::vector<Eigen::Index> richest_pixels(const ShiftProblem& problem, const Eigen::VectorXd& direction,
                                         Eigen::Index count) {
  const Eigen::VectorXd mean = problem.spectra().rowwise().mean().normalized();
  const Eigen::VectorXd amount = problem.spectra().transpose() * mean;
  const Eigen::VectorXd lacking = amounts(problem.spectra(), direction);
  const double thick = thick_of_median * median(std::vector<double>(amount.begin(), amount.end()));

  std::vector<Eigen::Index> order;
  for (Eigen::Index k = 0; k < amount.size(); ++k)
    if (amount(k) >= thick) order.push_back(k);
  const auto last =
      order.begin() + std::min<std::ptrdiff_t>(count, static_cast<std::ptrdiff_t>(order.size()));
  std::partial_sort(order.begin(), last, order.end(), [&](Eigen::Index a, Eigen::Index b) {
    return lacking(a) / amount(a) > lacking(b) / amount(b);
  });
  order.erase(last, order.end());
  return order;
}

}  // namespace phasecast
