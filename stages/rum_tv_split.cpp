#include <array>
#include <numbers>

#include "stages/rum_tv_lanes.hpp"
#include "stages/rum_tv_pass.hpp"
#include "stages/simplex.hpp"
#include "stages/unrolled.hpp"

// What follows the X-step: gradient, projection and scale of a row.

namespace phasecast {
namespace {

template <class Lanes>
double sum_of(const Lanes& lanes) {
  double total = 0;
  for (int i = 0; i < simd::lanes; ++i) total += static_cast<double>(lanes[i]);
  return total;
}

template <class Value>
Value square(const Value& value) {
  return value * value;
}

}  // namespace

/// x − 1/L = P z of a row, where the variation is that of x.
template <class Real>
template <std::size_t Directions>
void RumTvPass<Real>::take_fields(Row y) {
  const Real* from = z(steps_, y);
  Real* to = row(kinds().field(), y);
  for (std::size_t x = 0; x < width_; x += simd::lanes)
    for (std::size_t f = 0; f < fields_of(Directions); ++f) {
      PixelLanes<Real> sum{};
      for (std::size_t i = 0; i < Directions; ++i)
        sum += weights_->share[f][i] * load_pixels(from + i * pitch_ + x);
      simd::store(to + f * pitch_ + x, sum);
    }
  close_rows(to, fields_);
}

template <class Real>
void RumTvPass<Real>::take_fields(Row y) {
  unrolled<rum_tv_max_states - 1>(directions_, [&]<std::size_t D>() { take_fields<D>(y); });
}

template <class Real>
const Real* RumTvPass<Real>::fields(Row y) const {
  return directions_ == 1 ? z(steps_, y) : rows_.row(kinds().field(), y);
}

/// U + D = ∇x relaxed + D. Where there is no link all of it stays zero.
template <class Real>
void RumTvPass<Real>::update_gradient(Row y, RumTvChanges& changes) {
  using Lanes = PixelLanes<Real>;
  const auto limit = simd::filled<Lanes>(weights_->threshold);
  const Real relaxation = weights_->relaxation;
  const std::uint8_t* kind = data_->kind.row(0, y);
  const Real *here = fields(y), *under = fields(y + 1), *before = before_->gradient.row(0, y);
  Real* after = after_->gradient.row(0, y);
  Lanes moved{};
  for (std::size_t x = 0; x < width_; x += simd::lanes) {
    const PixelKinds<Real> pixels(kind + x);
    const auto split = [&](const Lanes& difference, int link, std::size_t at) {
      const Lanes point_before = load_pixels(before + at), dual = within(point_before, limit);
      const Lanes relaxed = relaxation * difference + (1 - relaxation) * (point_before - dual);
      const Lanes point = pixels.linked(link, relaxed + dual);
      simd::store(after + at, point);
      moved += square<Lanes>(within(point, limit) - dual);
    };
    for (std::size_t f = 0; f < fields_; ++f) {
      const std::size_t at = f * pitch_ + x;
      const Lanes value = load_pixels(here + at);
      split(load_pixels(here + at + 1) - value, PixelKind::right, at);
      split(load_pixels(under + at) - value, PixelKind::below, fields_ * pitch_ + at);
    }
  }
  close_rows(after, 2 * fields_);
  changes.duals += sum_of(moved);
}

/// W + E = x relaxed + E, and W its projection.
template <class Real>
template <std::size_t Directions>
void RumTvPass<Real>::update_feasible(Row y, RumTvChanges& changes) {
  using Lanes = PixelLanes<Real>;
  const std::uint8_t* kind = data_->kind.row(0, y);
  const Real *z_row = after_->z.row(0, y), *z_before = before_->z.row(0, y);
  Lanes moved{}, changed{};  // of the duals and of the map, squares
  if constexpr (Directions == 1) {
    const auto bound = simd::filled<Lanes>(std::numbers::sqrt2_v<Real> / 2);
    for (std::size_t x = 0; x < width_; x += simd::lanes) {
      const Lanes change = within(load_pixels(z_row + x), bound) - within(load_pixels(z_before + x), bound);
      changed += PixelKinds<Real>(kind + x).in_sample(square<Lanes>(change), Lanes{});
    }
    changes.map += sum_of(changed);
    return;
  }
  constexpr std::size_t states = Directions + 1;
  const auto share = weights_->share;
  const Real relaxation = weights_->relaxation;
  const Real *w_before = before_->feasible.row(0, y), *point_before = before_->constrained.row(0, y);
  Real *w_after = after_->feasible.row(0, y), *point_after = after_->constrained.row(0, y);
  for (std::size_t x = 0; x < width_; x += simd::lanes) {
    std::array<Lanes, states> v;
    v.fill(simd::filled<Lanes>(Real(1) / states));
    std::array<Lanes, Directions> w, dual, point;
    for (std::size_t i = 0; i < Directions; ++i) {
      const std::size_t at = i * pitch_ + x;
      w[i] = load_pixels(w_before + at);
      dual[i] = load_pixels(point_before + at) - w[i];
      point[i] = relaxation * load_pixels(z_row + at) + (1 - relaxation) * w[i] + dual[i];
      simd::store(point_after + at, point[i]);
      for (std::size_t l = 0; l < states; ++l) v[l] += share[l][i] * point[i];
    }
    project_lanes_on_simplex(v);
    const PixelKinds<Real> pixels(kind + x);
    for (std::size_t i = 0; i < Directions; ++i) {
      Lanes projected{};
      for (std::size_t l = 0; l < states; ++l) projected += share[l][i] * v[l];
      simd::store(w_after + i * pitch_ + x, projected);
      moved += pixels.in_sample(square<Lanes>(point[i] - projected - dual[i]), Lanes{});
      changed += pixels.in_sample(square<Lanes>(projected - w[i]), Lanes{});
    }
  }
  changes.duals += sum_of(moved);
  changes.map += sum_of(changed);
}

template <class Real>
void RumTvPass<Real>::update_feasible(Row y, RumTvChanges& changes) {
  unrolled<rum_tv_max_states - 1>(directions_, [&]<std::size_t D>() { update_feasible<D>(y, changes); });
}

/// s = max(0, wᵀb / wᵀGw): the minimizer of (7) over s >= 0 with the fractions held.
template <class Real>
void RumTvPass<Real>::update_scale(Row y) {
  using Lanes = PixelLanes<Real>;
  const auto bound = simd::filled<Lanes>(std::numbers::sqrt2_v<Real> / 2);
  const Real *mean = data_->mean.row(0, y), *h = data_->projection.row(0, y),
             *w_row = directions_ == 1 ? after_->z.row(0, y) : after_->feasible.row(0, y);
  Real* scale = after_->scale.row(0, y);
  const auto mu = weights_->curvature, kappa = weights_->offset;
  for (std::size_t x = 0; x < width_; x += simd::lanes) {
    Lanes along = load_pixels(mean + x), norm = simd::filled<Lanes>(weights_->center);
    for (std::size_t i = 0; i < directions_; ++i) {
      const std::size_t at = i * pitch_ + x;
      const Lanes kept = load_pixels(w_row + at), w = directions_ == 1 ? within(kept, bound) : kept;
      along += load_pixels(h + at) * w;
      norm += (2 * kappa[i] + mu[i] * w) * w;
    }
    simd::store(scale + x, simd::greater<Lanes>(Lanes{}, along) / norm);
  }
}

template class RumTvPass<float>;
template class RumTvPass<double>;

}  // namespace phasecast
