#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/image.hpp"
#include "stages/dictionary.hpp"
#include "stages/plane_update.hpp"

namespace phasecast {

/// All that the solvers need to know about the data: ½‖Y − A Z‖² = ½ Σ_k (z_kᵀ G z_k − 2 b_kᵀ z_k + e_k),
/// with z_k = s_k x_k. Normalized as the configuration says; independent of the number of energies.
struct NormalEquations {
  Shape shape;
  int states = 0;                 ///< L
  int energies = 0;               ///< energies (after averaging repeats) that contributed
  double degrees_of_freedom = 0;  ///< of one pixel's misfit: energies − L − fitted background parameters
  Eigen::MatrixXd gram;           ///< L×L, G = AᵀA over the energies received
  Eigen::MatrixXd
      covariance;  ///< L×L, covariance of the least-squares z in units of σ² (background included)
  std::vector<double> projection;  ///< [L][N], b = AᵀY
  std::vector<double> energy;      ///< [N], e = Σ y²
  std::vector<double> misfit;      ///< [N], least Σ r² of references and background polynomial fitted
                                   ///< together to the absorbance as measured: what tells the noise
  std::vector<float> noise_gain;   ///< [N], σ of the pixel's normalized absorbance ÷ σ: 1, or 1/edge step
  std::vector<std::uint8_t> unusable;  ///< [N], 1 where a value was not finite or the edge step not positive;
                                       ///< the four maps above are 0 there
  double rounding = 0;                 ///< relative rounding error of the sums, a bound
  double magnitude = 0;  ///< bound on the norm, per pixel, of what was summed: ‖y‖ and the background's part

  /// Smallest eigenvalue of G over its largest: 0 while the energies received cannot tell the states apart.
  double reciprocal_condition() const;

  /// Bound on the rounding error of ‖y − A z‖² from the sums, for a model with Σ_l |z_l| ‖a_l‖ = model_norm,
  /// in a pixel of this noise gain.
  double squared_rounding(double model_norm, double gain) const;
};

/// Largest finite |value|. A positive float's bits are ordered like its value, and compilers vectorize
/// integers.
float largest_finite(std::span<const float> values);

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
  /// As if made anew; the memory stays.
  void clear();
  /// Becomes a + b.
  void set_sum(const Moments& a, const Moments& b);

  /// Energies whose pixels are added in one sweep over the sums, with what the sweep needs to know of them.
  struct Batch {
    double weight = 1;
    PlaneUpdate every, pre_edge, post_edge;
  };
  /// In three steps: begin_batch; add_pixels for all pixels, in any order and by any threads; end_batch.
  Batch begin_batch(std::span<const double> energies_ev, double weight = 1);
  /// rows[e][i] is the absorbance of pixel first + i at the batch's energy e.
  void add_pixels(const Batch& batch, std::size_t first, std::size_t count,
                  std::span<const float* const> rows);
  /// largest[e] is the largest finite |absorbance| of the batch's energy e.
  void end_batch(std::span<const float> largest);

  int energies() const { return energies_; }
  const Dictionary& dictionary() const { return dictionary_; }
  Shape shape() const { return shape_; }
  /// Planes [N]: Σ a y (L of them), Σ p y, Σ_pre p y, Σ_post p y, Σ y².
  std::span<const double> sums() const { return sums_; }
  /// Bound on ‖y‖ of any pixel: √ Σ max y².
  double magnitude() const { return std::sqrt(squared_magnitude_); }

  /// Error "energies" while the energies received do not determine the normalization or the states; its text
  /// says what is still needed.
  /// `used` gives its memory.
  Result<NormalEquations> normal_equations(NormalEquations used = {}) const;

 private:
  // Planes [N] of sums_: Σ a y (L of them), Σ p y, Σ_pre p y, Σ_post p y, Σ y².
  int all_plane() const { return states_; }
  int pre_plane() const { return states_ + background_; }
  int post_plane() const { return states_ + 2 * background_; }
  int energy_plane() const { return states_ + 2 * background_ + post_; }
  double* plane(int index) { return sums_.data() + static_cast<std::size_t>(index) * shape_.pixels(); }
  const double* plane(int index) const {
    return sums_.data() + static_cast<std::size_t>(index) * shape_.pixels();
  }
  void clear_totals();
  void add_totals(const Moments& other);
  std::vector<const double*> planes(int first, int count) const;
  std::string still_needed() const;
  struct SmallMatrices;
  SmallMatrices small_matrices() const;
  void set_shared_by_all_pixels(const SmallMatrices& small, NormalEquations& result) const;

  Shape shape_;
  Dictionary dictionary_;
  int states_;      // L
  int background_;  // terms of the pre-edge polynomial
  int post_;        // terms of the post-edge polynomial
  int energies_ = 0;
  int pre_energies_ = 0;          // of these, in the pre-edge window
  int post_energies_ = 0;         // and in the post-edge window
  int updates_ = 0;               // frames added or removed
  double squared_magnitude_ = 0;  // Σ_updates max_pixels y²
  Eigen::MatrixXd gram_;          // G = Σ a aᵀ
  Eigen::MatrixXd cross_;         // Q = Σ a pᵀ, L × (order+1)
  Eigen::MatrixXd pre_cross_;     // Rᵀ = Σ a pᵀ over the pre-edge
  Eigen::MatrixXd all_basis_;     // S = Σ p pᵀ over all energies
  Eigen::MatrixXd pre_basis_;     // H = Σ p pᵀ over the pre-edge
  Eigen::MatrixXd post_basis_;    // Σ p pᵀ over the post-edge
  std::vector<double> sums_;
};

}  // namespace phasecast
