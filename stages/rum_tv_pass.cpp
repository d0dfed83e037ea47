#include "stages/rum_tv_pass.hpp"

#include <algorithm>
#include <numbers>

#include "stages/simplex.hpp"

namespace phasecast {
namespace {

constexpr std::size_t chunk = 512;  // of pixels that go through the simplex's projection together

template <class Real>
Real within(Real value, Real limit) {
  return std::min(std::max(value, -limit), limit);
}

/// In lanes: vectorizes without leaving the order of the sum to the compiler.
template <class Real>
double squared_norm(const Real* values, std::size_t count) {
  constexpr std::size_t lanes = 32;
  std::array<Real, lanes> sum{};
  const std::size_t whole = count / lanes * lanes;
  for (std::size_t x = 0; x < whole; x += lanes)
    for (std::size_t j = 0; j < lanes; ++j) sum[j] += values[x + j] * values[x + j];
  for (std::size_t x = whole; x < count; ++x) sum[x - whole] += values[x] * values[x];
  double total = 0;
  for (const Real part : sum) total += static_cast<double>(part);
  return total;
}

/// A bit of each pixel as 0 or 1.
template <class Real>
void spread(const std::uint8_t* __restrict kind, int bit, std::size_t count, Real* __restrict out) {
  for (std::size_t x = 0; x < count; ++x) out[x] = static_cast<Real>(kind[x] >> bit & 1);
}

}  // namespace

/// Kinds of rows.
template <class Real>
struct RumTvPass<Real>::Kinds {
  enum : std::size_t { right, below, above, in, fixed };
  std::size_t directions, fields, steps;

  std::size_t target(std::size_t i) const { return fixed + i; }                 // rhs / diagonal
  std::size_t coupling(std::size_t i) const { return fixed + directions + i; }  // ρ / diagonal
  std::size_t z(std::size_t step, std::size_t i) const { return fixed + (1 + step) * directions + i; }
  std::size_t field(std::size_t f) const { return z(steps, directions) + f; }
  std::size_t count() const { return field(fields); }
};

template <class Real>
RumTvPass<Real>::RumTvPass(Shape shape, std::size_t states, std::size_t steps)
    : width_(static_cast<std::size_t>(shape.width)),
      directions_(states - 1),
      fields_(states == 2 ? 1 : states),
      steps_(steps),
      // Of each kind: a row is last read when all steps and the gradient have passed it.
      rows_({static_cast<int>(steps) + 2, shape.width}, Kinds{directions_, fields_, steps}.count()),
      scratch_((fields_ + 1) * rows_.pitch()) {}

template <class Real>
void RumTvPass<Real>::run(const RumTvWeights<Real>& weights, const RumTvData<Real>& data,
                          const RumTvState<Real>& before, RumTvState<Real>& after, int first, int last,
                          std::vector<RumTvChanges>& changes) {
  weights_ = &weights;
  data_ = &data;
  before_ = &before;
  after_ = &after;
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
  return step == 0 ? before_->z.row(direction, y)
                   : rows_.row(Kinds{directions_, fields_, steps_}.z(step, direction), y);
}

/// (s² μ + ρ_w + ρ ∇ᵀ∇) z = s h − s² κ + ρ_w (W − E) + ρ Pᵀ∇ᵀ(U − D), divided by the diagonal.
template <class Real>
void RumTvPass<Real>::right_side(Row y) {
  const Kinds kinds{directions_, fields_, steps_};
  const RumTvWeights<Real>& w = *weights_;
  Real *right = row(Kinds::right, y), *below = row(Kinds::below, y), *above = row(Kinds::above, y),
       *in = row(Kinds::in, y);
  const std::uint8_t *kind = data_->kind.row(0, y), *kind_above = data_->kind.row(0, y - 1);
  spread(kind, 0, width_, right);
  spread(kind, 1, width_, below);
  spread(kind_above, 1, width_, above);
  spread(kind, 2, width_, in);
  PaddedPlanes<Real>::close_row(right, width_);

  const auto reflected = [limit = w.threshold](Real point) {
    return point - 2 * within(point, limit);
  };  // U − D
  for (std::size_t f = 0; f < fields_; ++f) {
    const Real *q_x = before_->gradient.row(f, y), *q_y = before_->gradient.row(fields_ + f, y),
               *q_above = before_->gradient.row(fields_ + f, y - 1);
    Real* __restrict divergence = &scratch_[f * rows_.pitch()];
    for (std::size_t x = 0; x < width_; ++x)
      divergence[x] = reflected(q_x[x - 1]) - reflected(q_x[x]) + reflected(q_above[x]) - reflected(q_y[x]);
  }

  const Real* s = before_->scale.row(0, y);
  for (std::size_t i = 0; i < directions_; ++i) {
    const Real *h = data_->projection.row(i, y), *here = before_->z.row(i, y);
    Real* __restrict target = row(kinds.target(i), y);
    Real* __restrict coupling = row(kinds.coupling(i), y);
    const Real mu = w.curvature[i], kappa = w.offset[i], near = w.proximity,
               held = w.constraint_penalty + near, rho = w.rho;
    for (std::size_t x = 0; x < width_; ++x)
      target[x] = in[x] * (s[x] * h[x] - s[x] * s[x] * kappa + near * here[x]);
    if (directions_ > 1) {
      const Real *feasible = before_->feasible.row(i, y), *point = before_->constrained.row(i, y);
      for (std::size_t x = 0; x < width_; ++x)
        target[x] += in[x] * w.constraint_penalty * (2 * feasible[x] - point[x]);
    }
    for (std::size_t f = 0; f < fields_; ++f) {
      const Real share = rho * (fields_ == 1 ? Real(1) : w.share[f][i]);
      const Real* divergence = &scratch_[f * rows_.pitch()];
      for (std::size_t x = 0; x < width_; ++x) target[x] += share * divergence[x];
    }
    const Real* left = right - 1;
#pragma GCC ivdep
    for (std::size_t x = 0; x < width_; ++x) {
      const Real degree = right[x] + left[x] + below[x] + above[x];
      const Real inverse = 1 / (in[x] * (s[x] * s[x] * mu + held) + (1 - in[x]) + rho * degree);
      target[x] *= inverse;
      coupling[x] = rho * inverse;
    }
  }
}

template <class Real>
void RumTvPass<Real>::chebyshev_step(std::size_t step, Row y) {
  const Kinds kinds{directions_, fields_, steps_};
  const Real *right = row(Kinds::right, y), *below = row(Kinds::below, y), *above = row(Kinds::above, y);
  for (std::size_t i = 0; i < directions_; ++i) {
    const auto [gain, momentum] = weights_->x_step[i][step];
    const Real *here = z(step, i, y), *over = z(step, i, y - 1), *under = z(step, i, y + 1),
               *old = z(step == 0 ? 0 : step - 1, i, y);
    const Real *target = row(kinds.target(i), y), *coupling = row(kinds.coupling(i), y);
    const Real *left = right - 1, *before = here - 1, *after = here + 1;
    Real* next = row(kinds.z(step + 1, i), y);
#pragma GCC ivdep
    for (std::size_t x = 0; x < width_; ++x) {
      const Real neighbors =
          right[x] * after[x] + left[x] * before[x] + below[x] * under[x] + above[x] * over[x];
      const Real residual = target[x] - here[x] + coupling[x] * neighbors;
      next[x] = here[x] + gain * residual + momentum * (here[x] - old[x]);
    }
    PaddedPlanes<Real>::close_row(next, width_);
  }
}

/// x − 1/L = P z of a row, where the variation is that of x.
template <class Real>
void RumTvPass<Real>::take_fields(Row y) {
  const Kinds kinds{directions_, fields_, steps_};
  for (std::size_t f = 0; f < fields_; ++f) {
    Real* __restrict field = row(kinds.field(f), y);
    for (std::size_t i = 0; i < directions_; ++i) {
      const Real* from = z(steps_, i, y);
      const Real share = fields_ == 1 ? Real(1) : weights_->share[f][i];
      if (i == 0)
        for (std::size_t x = 0; x < width_; ++x) field[x] = share * from[x];
      else
        for (std::size_t x = 0; x < width_; ++x) field[x] += share * from[x];
    }
    PaddedPlanes<Real>::close_row(field, width_);
  }
}

/// U + D = ∇x relaxed + D. Where there is no link all of it stays zero.
template <class Real>
void RumTvPass<Real>::update_gradient(Row y, RumTvChanges& changes) {
  const Kinds kinds{directions_, fields_, steps_};
  const Real limit = weights_->threshold, relaxation = weights_->relaxation;
  Real* __restrict moved = scratch_.data();
  const auto split = [&](const Real* next, const Real* here, const Real* link, const Real* before,
                         Real* after) {
#pragma GCC ivdep
    for (std::size_t x = 0; x < width_; ++x) {
      const Real dual = within(before[x], limit);
      const Real relaxed = relaxation * (next[x] - here[x]) + (1 - relaxation) * (before[x] - dual);
      const Real point = link[x] * (relaxed + dual);
      after[x] = point;
      moved[x] = within(point, limit) - dual;
    }
    PaddedPlanes<Real>::close_row(after, width_);
    changes.duals += squared_norm(moved, width_);
  };
  for (std::size_t f = 0; f < fields_; ++f) {
    const Real *here = row(kinds.field(f), y), *under = row(kinds.field(f), y + 1);
    split(here + 1, here, row(Kinds::right, y), before_->gradient.row(f, y), after_->gradient.row(f, y));
    split(under, here, row(Kinds::below, y), before_->gradient.row(fields_ + f, y),
          after_->gradient.row(fields_ + f, y));
  }
}

/// W + E = x relaxed + E, and W its projection.
template <class Real>
void RumTvPass<Real>::update_feasible(Row y, RumTvChanges& changes) {
  Real* __restrict moved = scratch_.data();
  for (std::size_t i = 0; i < directions_; ++i) {
    Real* after = after_->z.row(i, y);
    std::copy_n(z(steps_, i, y), width_, after);
    PaddedPlanes<Real>::close_row(after, width_);
  }
  if (directions_ == 1) {
    constexpr Real bound = std::numbers::sqrt2_v<Real> / 2;
    const Real *before = before_->z.row(0, y), *after = after_->z.row(0, y);
    for (std::size_t x = 0; x < width_; ++x) moved[x] = within(after[x], bound) - within(before[x], bound);
    changes.map += squared_norm(moved, width_);
    return;
  }
  const Real relaxation = weights_->relaxation;
  for (std::size_t i = 0; i < directions_; ++i) {
    const Real *w = before_->feasible.row(i, y), *point = before_->constrained.row(i, y),
               *now = after_->z.row(i, y);
    Real* __restrict next = after_->constrained.row(i, y);
    for (std::size_t x = 0; x < width_; ++x)
      next[x] = relaxation * now[x] + (1 - relaxation) * w[x] + (point[x] - w[x]);
  }
  project_row(y);
  for (std::size_t i = 0; i < directions_; ++i) {
    const Real *w = before_->feasible.row(i, y), *point = before_->constrained.row(i, y),
               *next_w = after_->feasible.row(i, y), *next_point = after_->constrained.row(i, y);
    for (std::size_t x = 0; x < width_; ++x) moved[x] = (next_point[x] - next_w[x]) - (point[x] - w[x]);
    changes.duals += squared_norm(moved, width_);
    for (std::size_t x = 0; x < width_; ++x) moved[x] = next_w[x] - w[x];
    changes.map += squared_norm(moved, width_);
  }
}

template <class Real>
void RumTvPass<Real>::project_row(Row y) {
  const std::size_t states = weights_->states;
  const Real middle = Real(1) / static_cast<Real>(states);
  std::array<std::array<Real, chunk>, rum_tv_max_states> v;
  for (std::size_t begin = 0; begin < width_; begin += chunk) {
    const std::size_t count = std::min(chunk, width_ - begin);
    for (std::size_t l = 0; l < states; ++l) {
      std::fill_n(v[l].begin(), count, middle);
      for (std::size_t i = 0; i < directions_; ++i) {
        const Real* point = after_->constrained.row(i, y) + begin;
        for (std::size_t k = 0; k < count; ++k) v[l][k] += weights_->share[l][i] * point[k];
      }
    }
    project_on_simplex(v, states, count);
    for (std::size_t i = 0; i < directions_; ++i) {
      Real* __restrict w = after_->feasible.row(i, y) + begin;
      std::fill_n(w, count, Real(0));
      for (std::size_t l = 0; l < states; ++l)
        for (std::size_t k = 0; k < count; ++k) w[k] += weights_->share[l][i] * v[l][k];
    }
  }
}

/// s = max(0, wᵀb / wᵀGw): the minimizer of (7) over s >= 0 with the fractions held.
template <class Real>
void RumTvPass<Real>::update_scale(Row y) {
  Real* __restrict along = scratch_.data();
  Real* __restrict norm = along + rows_.pitch();
  const Real* mean = data_->mean.row(0, y);
  for (std::size_t x = 0; x < width_; ++x) {
    along[x] = mean[x];
    norm[x] = weights_->center;
  }
  constexpr Real bound = std::numbers::sqrt2_v<Real> / 2;
  for (std::size_t i = 0; i < directions_; ++i) {
    const Real mu = weights_->curvature[i], kappa = weights_->offset[i];
    const Real* h = data_->projection.row(i, y);
    const auto add = [&](const auto& feasible) {
      for (std::size_t x = 0; x < width_; ++x) {
        const Real w = feasible(x);
        along[x] += h[x] * w;
        norm[x] += (2 * kappa + mu * w) * w;
      }
    };
    if (directions_ == 1)
      add([z = after_->z.row(0, y)](std::size_t x) { return within(z[x], bound); });
    else
      add([w = after_->feasible.row(i, y)](std::size_t x) { return w[x]; });
  }
  Real* scale = after_->scale.row(0, y);
  for (std::size_t x = 0; x < width_; ++x) scale[x] = std::max(along[x], Real(0)) / norm[x];
}

template class RumTvPass<float>;
template class RumTvPass<double>;

}  // namespace phasecast
