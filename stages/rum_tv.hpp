#pragma once

#include <tbb/enumerable_thread_specific.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "messages/image.hpp"
#include "stages/iteration_report.hpp"
#include "stages/kkt.hpp"
#include "stages/links.hpp"
#include "stages/rum_tv_pass.hpp"
#include "stages/state_plane.hpp"
#include "stages/unmix_problem.hpp"

namespace phasecast {

struct RumTvConfig {
  int x_steps = 0;          ///< Chebyshev steps of the X-step, an even number; 0: 6, or 8 where λ is large
  double relaxation = 1.6;  ///< over-relaxation of both splits; 1 is none
  Border border = Border::open;
  int band_rows = 48;  ///< worked on together; makes no difference to the result
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
///
/// Memory per pixel, in values of Real: 10 and a byte for two states, 11 L − 4 (and a byte) for more, twice
/// the state and once the data; independent of the number of energies.
template <class Real>
class RumTv {
 public:
  RumTv(Shape shape, int states, RumTvConfig config = {});

  /// New data or weights, same state of the iteration (anytime solving): scaled duals follow a change of ρ.
  /// ρ = s̃² μ + 8 λ unless it is given (decision 0008).
  void set_problem(const UnmixProblem& problem);
  /// Starts from these fractions [L][N] and scale [N] (LCF).
  void start(std::span<const double> fraction, std::span<const double> scale);

  IterationReport iterate();

  std::vector<Real> fractions() const;  ///< W: [L][N], feasible; 1/L outside the sample
  std::vector<Real> scale() const;      ///< s: [N], in the units of the caller's data
  /// Eq. (21) over the sample, through the variables of (10) that belong to these: M = X diag(s) and t = s
  /// hold, C and g follow from them.
  KktResiduals kkt(const NormalEquations& equations) const;
  Shape shape() const { return shape_; }
  int states() const { return static_cast<int>(states_); }
  double lambda() const { return lambda_; }
  double rho() const { return rho_; }

 private:
  RumVariables<Real> variables_of_ten(const NormalEquations& equations) const;
  void set_weights(const UnmixProblem& problem, const StatePlane& plane);
  void set_sample(std::span<const std::uint8_t> sample);
  void set_data(const NormalEquations& equations, const StatePlane& plane);
  void rescale_duals(Real old_threshold, Real factor);
  /// Calls body(first, last) for bands of rows, in parallel.
  template <class Body>
  void for_bands(const Body& body) const;
  /// W of a row in the coordinate z_i.
  void feasible_row(std::size_t direction, int y, std::span<Real> out) const;

  Shape shape_;
  std::size_t pixels_, states_, directions_;  // N, L, L − 1
  RumTvConfig config_;
  double lambda_ = 0, rho_ = 0;
  RumTvWeights<Real> weights_;
  std::size_t steps_ = 0;
  bool has_data_ = false;
  std::vector<std::uint8_t> sample_;
  double sample_pixels_ = 0;
  std::optional<Links> links_;

  RumTvData<Real> data_;
  RumTvState<Real> now_, next_;
  std::vector<RumTvChanges> changes_;  // of each row
  std::unique_ptr<tbb::enumerable_thread_specific<RumTvPass<Real>>> passes_;
};

extern template class RumTv<float>;
extern template class RumTv<double>;

}  // namespace phasecast
