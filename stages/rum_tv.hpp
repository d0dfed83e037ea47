#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "messages/image.hpp"
#include "stages/iteration_report.hpp"
#include "stages/kkt.hpp"
#include "stages/screened_poisson.hpp"
#include "stages/state_plane.hpp"
#include "stages/unmix_problem.hpp"

namespace phasecast {

struct RumTvConfig {
  int cg_steps = 0;         ///< conjugate-gradient steps per X-step; 0: 2, or 4 where ρ is large
  double relaxation = 1.6;  ///< over-relaxation of both splits; 1 is none
  Border border = Border::open;
};

/// RUM-TV, eq. (7), by a splitting with fewer variables than (9): s is exact per pixel and the X-step takes
/// the data along, so that only U = ∇X and W = X remain. Measured against Algorithm 1 in
/// pipeline/decisions/0004; AlgorithmOne is the paper to the letter.
///
/// Works in the coordinates of StatePlane, where the X-step is (s² μ_i + ρ_w + ρ ∇ᵀ∇) z_i = rhs_i for each
/// direction i alone. For two states z is one number, and the bounds need no split: what minimizes a
/// weighted-squares-plus-total-variation objective within bounds is its unbounded minimizer, cut off at them.
///
/// The total variation is anisotropic and counts differences between neighbors that are both in the sample:
/// no datum says what an empty pixel's fraction is, and no neighbor should have to follow it.
template <class Real>
class RumTv {
 public:
  RumTv(Shape shape, int states, RumTvConfig config = {});

  /// New data or weights, same state of the iteration (anytime solving): scaled duals follow a change of ρ.
  /// ρ = s̃² μ + 4 λ unless it is given (decision 0004).
  void set_problem(const UnmixProblem& problem);
  /// Starts from these fractions [L][N] and scale [N] (LCF).
  void start(std::span<const double> fraction, std::span<const double> scale);

  IterationReport iterate();

  std::vector<Real> fractions() const;                ///< W: [L][N], feasible; 1/L outside the sample
  std::vector<Real> scale() const { return scale_; }  ///< s: [N], in the units of the caller's data
  /// Eq. (21) over the sample, through the variables of (10) that belong to these: M = X diag(s) and t = s
  /// hold, C and g follow from them.
  KktResiduals kkt(const NormalEquations& equations) const;
  double lambda() const { return lambda_; }
  double rho() const { return rho_; }

 private:
  RumVariables<Real> variables_of_ten(const NormalEquations& equations) const;
  void set_weights(double lambda, double rho);
  void update_z(std::size_t direction);
  void update_gradient(const PixelRun& run, double& dual_change);
  void update_feasible(const PixelRun& run, double& dual_change, double& map_change);
  void update_scale(const PixelRun& run);
  void project(const PixelRun& run);
  Real threshold() const;
  Real* plane(std::vector<Real>& planes, std::size_t index) const { return planes.data() + index * pixels_; }
  const Real* plane(const std::vector<Real>& planes, std::size_t index) const {
    return planes.data() + index * pixels_;
  }

  Shape shape_;
  std::size_t pixels_, states_, directions_;  // N, L, L − 1
  RumTvConfig config_;
  double lambda_ = 0, rho_ = 0;
  int cg_steps_ = 0;
  std::optional<StatePlane> plane_;
  std::optional<Links> links_;
  std::vector<std::uint8_t> sample_;
  double sample_pixels_ = 0;
  ScreenedPoisson<Real> x_step_;
  double constraint_penalty_ = 0;  // ρ_w
  double proximity_ = 0;  // weight of ‖z − z of the pass before‖²: keeps a pixel without scale in place

  std::vector<Real> data_;          // h, [L−1][N]
  std::vector<Real> mean_data_;     // 1ᵀb / L, [N]
  std::vector<Real> z_;             // [L−1][N]
  std::vector<Real> scale_;         // s, [N]
  std::vector<Real> feasible_;      // W, in the coordinates z
  std::vector<Real> constrained_;   // W + E: the point of which W is the projection; empty for two states
  std::vector<Real> gradient_;      // U + D: [2][fields][N]; U is its shrinkage, D the rest
  std::vector<Real> weight_, rhs_;  // of the X-step, [N]
  std::size_t fields_;              // of which the variation is taken: z itself for two states, else x
};

extern template class RumTv<float>;
extern template class RumTv<double>;

}  // namespace phasecast
