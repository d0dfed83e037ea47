#include <algorithm>

#include "stages/row_sum.hpp"
#include "stages/rum_tv_pass.hpp"

namespace phasecast {

template <class Real>
RumTvPass<Real>::RumTvPass(Shape shape, std::size_t states, std::size_t steps)
    : width_(static_cast<std::size_t>(shape.width)),
      directions_(states - 1),
      fields_(states == 2 ? 1 : states),
      steps_(steps),
      // Of each kind: a row is last read when all steps and the gradient have passed it.
      rows_({static_cast<int>(steps) + 2, shape.width}, kinds().count()),
      scratch_((fields_ + 1) * rows_.pitch()) {}

template <class Real>
void RumTvPass<Real>::run(const RumTvWeights<Real>& weights, const RumTvData<Real>& data,
                          const RumTvState<Real>& before, RumTvState<Real>& after, int first, int last,
                          std::vector<RumTvChanges>& changes) {
  weights_ = &weights;
  data_ = &data;
  before_ = &before;
  after_ = &after;
  first_ = first;
  last_ = last;
  const auto steps = static_cast<Row>(steps_);
  for (Row y = first - steps + 1; y <= last + steps; ++y) {
    if (y < last + steps) right_side(y);  // of (12), with (14) inside
    for (Row step = 0; step < steps; ++step) {
      const Row at = y - 1 - step, beyond = steps - 1 - step;
      if (at >= first - beyond && at <= last + beyond) chebyshev_step(static_cast<std::size_t>(step), at);
    }
    const Row done = y - steps;
    if (done >= first) take_fields(done);
    if (done - 1 < first) continue;
    RumTvChanges& change = changes[static_cast<std::size_t>(done - 1)] = {};
    update_gradient(done - 1, change);  // (15), U and its dual
    update_feasible(done - 1, change);  // W and its dual
    update_scale(done - 1);             // (13) without its splits
  }
}

template <class Real>
const Real* RumTvPass<Real>::z(std::size_t step, std::size_t direction, Row y) const {
  if (step == 0) return before_->z.row(direction, y);
  return is_last(step, y) ? after_->z.row(direction, y) : rows_.row(kinds().z(step, direction), y);
}

/// (s² μ + ρ_w + ρ ∇ᵀ∇) z = s h − s² κ + ρ_w (W − E) + ρ Pᵀ∇ᵀ(U − D), divided by the diagonal.
template <class Real>
void RumTvPass<Real>::right_side(Row y) {
  const RumTvWeights<Real>& w = *weights_;
  const std::uint8_t* kind = data_->kind.row(0, y);
  const auto reflected = [limit = w.threshold](Real point) {
    return point - 2 * within(point, limit);
  };  // U − D
  std::array<const Real*, rum_tv_max_states> divergences;
  for (std::size_t f = 0; f < fields_; ++f) {
    const Real *q_x = before_->gradient.row(f, y), *q_y = before_->gradient.row(fields_ + f, y),
               *q_above = before_->gradient.row(fields_ + f, y - 1);
    prefetch(before_->gradient.row(f, y + 1));
    prefetch(before_->gradient.row(fields_ + f, y + 1));
    Real* __restrict divergence = &scratch_[f * rows_.pitch()];
    for (std::size_t x = 0; x < width_; ++x)
      divergence[x] = reflected(q_x[x - 1]) - reflected(q_x[x]) + reflected(q_above[x]) - reflected(q_y[x]);
    divergences[f] = divergence;
  }

  const Real* s = before_->scale.row(0, y);
  for (std::size_t i = 0; i < directions_; ++i) {
    const Real *h = data_->projection.row(i, y), *here = before_->z.row(i, y);
    Real* __restrict target = row(kinds().target(i), y);
    Real* __restrict coupling = row(kinds().coupling(i), y);
    prefetch(data_->projection.row(i, y + 1));
    prefetch(before_->z.row(i, y + 1));
    if (directions_ > 1) {
      prefetch(before_->feasible.row(i, y + 1));
      prefetch(before_->constrained.row(i, y + 1));
    }
    std::array<Real, rum_tv_max_states> share;
    for (std::size_t f = 0; f < fields_; ++f) share[f] = w.rho * (fields_ == 1 ? Real(1) : w.share[f][i]);
    sum_rows<Real>({divergences.data(), fields_}, share, 0, width_, target);

    const Real mu = w.curvature[i], kappa = w.offset[i], near = w.proximity, rho = w.rho,
               held = w.constraint_penalty + near;
    const auto divide = [&](const auto& constrained) {
#pragma GCC ivdep
      for (std::size_t x = 0; x < width_; ++x) {
        const bool in = kind[x] & PixelKind::in;
        const auto degree = static_cast<Real>(kind[x] >> PixelKind::degree_shift);
        const Real data = s[x] * h[x] - s[x] * s[x] * kappa + near * here[x] + constrained(x);
        const Real inverse = 1 / ((in ? s[x] * s[x] * mu + held : Real(1)) + rho * degree);
        target[x] = (target[x] + (in ? data : Real(0))) * inverse;
        coupling[x] = rho * inverse;
      }
    };
    if (directions_ == 1)
      divide([](std::size_t) { return Real(0); });
    else
      divide([penalty = w.constraint_penalty, feasible = before_->feasible.row(i, y),
              point = before_->constrained.row(i, y)](std::size_t x) {
        return penalty * (2 * feasible[x] - point[x]);
      });
  }
}

template <class Real>
void RumTvPass<Real>::prefetch(const Real* values) const {
  for (std::size_t x = 0; x < width_; x += 64 / sizeof(Real)) __builtin_prefetch(values + x);
}

template <class Real>
void RumTvPass<Real>::chebyshev_step(std::size_t step, Row y) {
  const std::uint8_t* kind = data_->kind.row(0, y);
  for (std::size_t i = 0; i < directions_; ++i) {
    const auto [gain, momentum] = weights_->x_step[i][step];
    const Real *here = z(step, i, y), *over = z(step, i, y - 1), *under = z(step, i, y + 1),
               *old = z(step == 0 ? 0 : step - 1, i, y);
    const Real *target = row(kinds().target(i), y), *coupling = row(kinds().coupling(i), y);
    Real* next = is_last(step + 1, y) ? after_->z.row(i, y) : row(kinds().z(step + 1, i), y);
#pragma GCC ivdep
    for (std::size_t x = 0; x < width_; ++x) {
      const Real left = here[x - 1], right = here[x + 1], above = over[x], below = under[x];
      const Real neighbors =
          (kind[x] & PixelKind::right ? right : Real(0)) + (kind[x] & PixelKind::left ? left : Real(0)) +
          (kind[x] & PixelKind::below ? below : Real(0)) + (kind[x] & PixelKind::above ? above : Real(0));
      const Real residual = target[x] - here[x] + coupling[x] * neighbors;
      next[x] = here[x] + gain * residual + momentum * (here[x] - old[x]);
    }
    PaddedPlanes<Real>::close_row(next, width_);
  }
}

template class RumTvPass<float>;
template class RumTvPass<double>;

}  // namespace phasecast
