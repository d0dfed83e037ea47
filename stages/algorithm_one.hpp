#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "messages/image.hpp"
#include "stages/denoiser.hpp"
#include "stages/iteration_report.hpp"
#include "stages/kkt.hpp"
#include "stages/moments.hpp"
#include "stages/rum_variables.hpp"
#include "stages/rum_x_step.hpp"
#include "stages/unmix_problem.hpp"

namespace phasecast {

/// How Σx = 1 is enforced. The design page measured the projection to reach the slightly lower objective (7).
enum class SumToOne {
  simplex_projection,   ///< W is projected on {w >= 0, Σw = 1}
  paper_normalization,  ///< Algorithm 1, line 4: X is divided by its sum; W is projected on {w >= 0}
};

struct AlgorithmOneConfig {
  double lambda = 0;  ///< weight of the total variation in (7), in the caller's units
  double rho = 0;    ///< penalty of (10); 0 = lambda / 0.1, so that the shrink threshold is 0.1 of a fraction
  int cg_steps = 2;  ///< conjugate-gradient steps per X-step (12)
  SumToOne sum_to_one = SumToOne::simplex_projection;
  Denoiser prior = {};  ///< Φ of (16), through its denoiser (20); none: the total variation of (7)
};

/// The scale s of a typical pixel inside the solver: stiff enough a penalty on M = X diag(s) that the
/// iteration settles also where the noise is strong (pipeline/decisions/0003).
inline constexpr double rum_sample_scale = 2;

/// RUM to the letter: Algorithm 1 on normal equations, with anisotropic periodic TV, eqs. (12) to (15), or
/// with a denoiser, U = X and eqs. (17) to (20).
///
/// Data are divided by `typical_scale` / rum_sample_scale on the way in (and λ, ρ by its square, which leaves
/// (7) as it is up to a factor), so that s is about 2 in the sample whatever the units of the data. With
/// `typical_scale` = rum_sample_scale this is Algorithm 1 to the letter. Float for production, double for the
/// check against the dense reference.
template <class Real>
class AlgorithmOne {
 public:
  AlgorithmOne(Shape shape, int states, AlgorithmOneConfig config, double typical_scale);

  /// Another weight and penalty for the state there is; the scaled duals follow. Before `set_equations`.
  void set_penalty(double lambda, double rho);
  /// `set_penalty` and `set_equations` with what a solver is given; a ρ of 0 becomes λ / 0.1, and with a
  /// denoiser s̃² μ: its strength √(λ/ρ) is then the noise of a fraction where λ is σ².
  void set_problem(const UnmixProblem& problem);
  /// New data, same state of the iteration (anytime solving, or a changed gram matrix).
  void set_equations(const NormalEquations& equations);
  /// Starts from these fractions [L][N] and scale [N] (LCF): all splits agree, all duals zero.
  void start(std::span<const double> fraction, std::span<const double> scale);
  /// The next scan of a series (design: "Warm start, honestly"): X from the new least squares, with the
  /// scale, the TV split U and its dual D carried over; the other splits agree with X and their duals are
  /// zero.
  void start_warm(std::span<const double> fraction);

  /// One pass of Algorithm 1. `valid` [N] != 0 marks the pixels that count for map_change.
  IterationReport iterate(std::span<const std::uint8_t> valid);
  /// Counting the sample of the problem.
  IterationReport iterate() { return iterate(sample_); }

  /// Objective (7) at (W, t), in the units of the caller's data; Σy² included.
  double objective() const;

  /// W: [L][N], feasible; with paper_normalization the sum is 1 only in the limit.
  std::span<const Real> fractions() const { return v_.w; }
  std::vector<Real> scale() const;  ///< t: [N], in the units of the caller's data
  const AlgorithmOneConfig& config() const { return config_; }
  double lambda() const { return config_.lambda; }
  double rho() const { return config_.rho; }

  /// Eq. (21), see kkt.hpp.
  KktResiduals kkt() const;
  /// All variables, of the divided data: what is checked against the dense reference.
  const RumVariables<Real>& variables() const { return v_; }

 private:
  void denoise_u(RumChanges& changes);

  std::size_t pixels_, states_;
  AlgorithmOneConfig config_;
  double unit_;  // what the data are divided by
  RumVariables<Real> v_;
  XStep<Real> x_step_;
  std::vector<Real> base_;    // [L][N], (AᵀA + ρI)⁻¹ AᵀY of the scaled data
  std::vector<Real> mixing_;  // L×L, ρ (AᵀA + ρI)⁻¹
  NormalEquations equations_;
  std::vector<std::uint8_t> sample_;
};

extern template class AlgorithmOne<float>;
extern template class AlgorithmOne<double>;

}  // namespace phasecast
