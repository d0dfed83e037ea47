#include <algorithm>
#include <numbers>

#include "stages/row_sum.hpp"
#include "stages/rum_tv_pass.hpp"
#include "stages/simplex.hpp"

// What follows the X-step: gradient, projection and scale of a row.

namespace phasecast {
namespace {

constexpr std::size_t chunk = 256;  // of pixels that go through the simplex's projection together

/// In lanes: vectorizes without leaving the order of the sum to the compiler.
template <class Real>
double sum_of(const Real* values, std::size_t count) {
  constexpr std::size_t lanes = 32;
  std::array<Real, lanes> sum{};
  const std::size_t whole = count / lanes * lanes;
  for (std::size_t x = 0; x < whole; x += lanes)
    for (std::size_t j = 0; j < lanes; ++j) sum[j] += values[x + j];
  for (std::size_t x = whole; x < count; ++x) sum[x - whole] += values[x];
  double total = 0;
  for (const Real part : sum) total += static_cast<double>(part);
  return total;
}

template <class Real>
Real square(Real value) {
  return value * value;
}

}  // namespace

/// x − 1/L = P z of a row, where the variation is that of x.
template <class Real>
void RumTvPass<Real>::take_fields(Row y) {
  std::array<const Real*, rum_tv_max_states> from;
  for (std::size_t i = 0; i < directions_; ++i) from[i] = z(steps_, i, y);
  for (std::size_t f = 0; f < fields_; ++f) {
    Real* field = row(kinds().field(f), y);
    if (fields_ == 1)
      std::copy_n(from[0], width_, field);
    else
      sum_rows<Real>({from.data(), directions_}, weights_->share[f], 0, width_, field);
    PaddedPlanes<Real>::close_row(field, width_);
  }
}

/// U + D = ∇x relaxed + D. Where there is no link all of it stays zero.
template <class Real>
void RumTvPass<Real>::update_gradient(Row y, RumTvChanges& changes) {
  const Real limit = weights_->threshold, relaxation = weights_->relaxation;
  const std::uint8_t* kind = data_->kind.row(0, y);
  Real* __restrict moved = scratch_.data();
  std::fill_n(moved, width_, Real(0));
  const auto split = [&](const Real* next, const Real* here, int link, const Real* before, Real* after) {
#pragma GCC ivdep
    for (std::size_t x = 0; x < width_; ++x) {
      const Real dual = within(before[x], limit);
      const Real relaxed = relaxation * (next[x] - here[x]) + (1 - relaxation) * (before[x] - dual);
      const Real point = kind[x] & link ? relaxed + dual : Real(0);
      after[x] = point;
      moved[x] += square(within(point, limit) - dual);
    }
    PaddedPlanes<Real>::close_row(after, width_);
  };
  for (std::size_t f = 0; f < fields_; ++f) {
    const Real *here = row(kinds().field(f), y), *under = row(kinds().field(f), y + 1);
    split(here + 1, here, PixelKind::right, before_->gradient.row(f, y), after_->gradient.row(f, y));
    split(under, here, PixelKind::below, before_->gradient.row(fields_ + f, y),
          after_->gradient.row(fields_ + f, y));
  }
  changes.duals += sum_of(moved, width_);
}

/// W + E = x relaxed + E, and W its projection.
template <class Real>
void RumTvPass<Real>::update_feasible(Row y, RumTvChanges& changes) {
  Real* __restrict map = scratch_.data();
  if (directions_ == 1) {
    constexpr Real bound = std::numbers::sqrt2_v<Real> / 2;
    const Real *before = before_->z.row(0, y), *after = after_->z.row(0, y);
    for (std::size_t x = 0; x < width_; ++x)
      map[x] = square(within(after[x], bound) - within(before[x], bound));
    changes.map += sum_of(map, width_);
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
  Real* __restrict duals = map + rows_.pitch();
  std::fill_n(map, width_, Real(0));
  std::fill_n(duals, width_, Real(0));
  for (std::size_t i = 0; i < directions_; ++i) {
    const Real *w = before_->feasible.row(i, y), *point = before_->constrained.row(i, y),
               *next_w = after_->feasible.row(i, y), *next_point = after_->constrained.row(i, y);
    for (std::size_t x = 0; x < width_; ++x) {
      duals[x] += square((next_point[x] - next_w[x]) - (point[x] - w[x]));
      map[x] += square(next_w[x] - w[x]);
    }
  }
  changes.duals += sum_of(duals, width_);
  changes.map += sum_of(map, width_);
}

template <class Real>
void RumTvPass<Real>::project_row(Row y) {
  const std::size_t states = weights_->states;
  const Real middle = Real(1) / static_cast<Real>(states);
  std::array<std::array<Real, chunk>, rum_tv_max_states> v;
  std::array<const Real*, rum_tv_max_states> point, projected;
  for (std::size_t begin = 0; begin < width_; begin += chunk) {
    const std::size_t count = std::min(chunk, width_ - begin);
    for (std::size_t i = 0; i < directions_; ++i) point[i] = after_->constrained.row(i, y) + begin;
    for (std::size_t l = 0; l < states; ++l) {
      sum_rows<Real>({point.data(), directions_}, weights_->share[l], middle, count, v[l].data());
      projected[l] = v[l].data();
    }
    project_on_simplex(v, states, count);
    for (std::size_t i = 0; i < directions_; ++i) {
      std::array<Real, rum_tv_max_states> share;
      for (std::size_t l = 0; l < states; ++l) share[l] = weights_->share[l][i];
      sum_rows<Real>({projected.data(), states}, share, 0, count, after_->feasible.row(i, y) + begin);
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
