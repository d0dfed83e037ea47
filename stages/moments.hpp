#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/image.hpp"
#include "stages/dictionary.hpp"

namespace phasecast {

/// All that the solvers need to know about the data: ½‖Y − A Z‖² = ½ Σ_k (z_kᵀ G z_k − 2 b_kᵀ z_k + e_k),
/// with z_k = s_k x_k. Normalized as the configuration says; independent of the number of energies.
struct NormalEquations {
  Shape shape;
  int states = 0;                 ///< L
  int energies = 0;               ///< energies (after averaging repeats) that contributed
  double degrees_of_freedom = 0;  ///< of one pixel's residual: energies − L − fitted background parameters
  Eigen::MatrixXd gram;           ///< L×L, G = AᵀA over the energies received
  Eigen::MatrixXd
      covariance;  ///< L×L, covariance of the least-squares z in units of σ² (background included)
  std::vector<double> projection;  ///< [L][N], b = AᵀY
  std::vector<double> energy;      ///< [N], e = Σ y²
  std::vector<float> noise_gain;   ///< [N], σ of the pixel's normalized absorbance ÷ σ: 1, or 1/edge step
  std::vector<std::uint8_t> unusable;  ///< [N], 1 where a value was not finite or the edge step not positive;
                                       ///< projection, energy and noise_gain are 0 there

  /// Smallest eigenvalue of G over its largest: 0 while the energies received cannot tell the states apart.
  double reciprocal_condition() const;
};

/// Sums over the energies received so far, per pixel; a frame is a rank-1 update and T appears nowhere.
///
/// Kept per pixel: AᵀY (L), Σy², the pre-edge polynomial's moments Σ_{pre} p y, those over all energies Σ p
/// y, and, for edge_step, Σ_{post} p y. The pre-edge polynomial and the edge step are linear in the spectrum,
/// so they are applied to the sums (design: "Moments, not stacks"): AᵀY' = AᵀY − Q H⁻¹ c with Q = Σ_received
/// a pᵀ.
class Moments {
 public:
  Moments(Shape shape, Dictionary dictionary);

  /// Adds one energy's absorbance (weight 1) or takes it out again (weight −1). NaN marks its pixel for good.
  void add(double energy_ev, std::span<const float> absorbance, double weight = 1);
  void add(const Moments& other);

  int energies() const { return energies_; }
  const Dictionary& dictionary() const { return dictionary_; }
  Shape shape() const { return shape_; }

  /// Error "energies" while the energies received do not determine the normalization or the states; its text
  /// says what is still needed.
  Result<NormalEquations> normal_equations() const;

 private:
  // Layout is the implementation's choice.
  Shape shape_;
  Dictionary dictionary_;
  int energies_ = 0;
  Eigen::MatrixXd gram_;        // Σ a aᵀ
  Eigen::MatrixXd cross_;       // Q = Σ a pᵀ, L × (order+1)
  Eigen::MatrixXd all_basis_;   // Σ p pᵀ over all energies
  Eigen::MatrixXd pre_basis_;   // H = Σ p pᵀ over the pre-edge
  Eigen::MatrixXd pre_cross_;   // Σ a pᵀ over the pre-edge
  Eigen::MatrixXd post_basis_;  // Σ p pᵀ over the post-edge
  std::vector<double> sums_;    // the per-pixel sums, one plane after the other
};

}  // namespace phasecast
