#include "stages/unexplained.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "stages/median.hpp"
#include "stages/subspace.hpp"

namespace phasecast {

namespace {

constexpr double thick_of_median = 0.5;  // thinner pixels know little of their composition

/// The middle eigenvalue of noise: those of the signal are few and above it, as many as the model has are
/// zero.
double noise_variance(const Eigen::VectorXd& increasing, Eigen::Index degrees_of_freedom) {
  return increasing(increasing.size() - 1 - degrees_of_freedom / 2);
}

}  // namespace

Result<Unexplained> unexplained(const ShiftProblem& problem, const Eigen::VectorXd& shift) {
  const Eigen::Index energies = problem.energies(), pixels = problem.pixels();
  if (pixels < 2 * energies)
    return Error{"pixels", "scan", "pixels with the element", std::to_string(pixels),
                 "at least " + std::to_string(2 * energies) + " to tell structure from noise"};
  const Eigen::MatrixXd residual = problem.unexplained(shift);
  const auto count = static_cast<double>(pixels);
  const Eigen::MatrixXd moment = residual * residual.transpose() / count;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(moment);
  const auto freedom = static_cast<double>(problem.degrees_of_freedom());
  const double variance = noise_variance(eigen.eigenvalues(), problem.degrees_of_freedom());

  Unexplained found;
  found.energies_ev = problem.energies_ev();
  found.mean = residual.rowwise().mean();
  found.noise_sigma = std::sqrt(variance);
  found.structure = std::sqrt(found.mean.squaredNorm() * count / (freedom * variance));
  found.direction = eigen.eigenvectors().col(energies - 1);
  const double strongest = eigen.eigenvalues()(energies - 1);
  found.strength = strongest / variance;
  found.noise_edge = largest_of_noise(static_cast<std::size_t>(pixels), energies);
  const double signal = problem.spectra().squaredNorm() / count - freedom * variance;
  found.part = std::sqrt(std::max(strongest - variance, 0.0) / signal);
  return found;
}

std::vector<Eigen::Index> richest_pixels(const ShiftProblem& problem, const Eigen::VectorXd& direction,
                                         Eigen::Index count) {
  const Eigen::VectorXd mean = problem.spectra().rowwise().mean().normalized();
  const Eigen::VectorXd amount = problem.spectra().transpose() * mean;
  Eigen::VectorXd lacking = problem.spectra().transpose() * direction;
  if (lacking.array().cube().sum() < 0) lacking = -lacking;  // a state has a long tail on its side
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
