#pragma once

#include <Eigen/Core>

namespace phasecast {

/// Fractions that sum to one, in the coordinates the data see one by one: x = 1/L + P z, where the columns of
/// P (orthonormal, each summing to zero) are the eigenvectors of G = AᵀA on Σx = 0. A pixel's data term ½‖y −
/// s A x‖² is then ½ Σ_i s² μ_i z_i² − Σ_i z_i (s h_i − s² κ_i) + …, with h = Pᵀb, b = Aᵀy.
struct StatePlane {
  Eigen::MatrixXd directions;  ///< P, L × (L−1)
  Eigen::VectorXd curvature;   ///< μ, [L−1], ascending
  Eigen::VectorXd offset;      ///< κ = PᵀG 1/L, [L−1]
  double center = 0;           ///< 1ᵀG 1 / L²

  /// Geometric mean of the curvatures: a typical one, also for states that are hard to tell apart.
  double mean_curvature() const;

  explicit StatePlane(const Eigen::MatrixXd& gram);
};

}  // namespace phasecast
