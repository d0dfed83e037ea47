#include "stages/rum_tv_pass.hpp"
#include "stages/rum_tv_lanes.hpp"
#include "stages/unrolled.hpp"

namespace phasecast {

template <class Real>
RumTvPass<Real>::RumTvPass(Shape shape, std::size_t states, std::size_t steps)
    : width_(static_cast<std::size_t>(shape.width)),
      directions_(states - 1),
      fields_(fields_of(directions_)),
      steps_(steps),
      // Of each kind: a row is last read when all steps and the gradient have passed it.
      rows_({static_cast<int>(steps) + 2, shape.width}, kinds().count()),
      pitch_(rows_.pitch()) {}

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
    if (done >= first && directions_ > 1) take_fields(done);
    if (done - 1 < first) continue;
    RumTvChanges& change = changes[static_cast<std::size_t>(done - 1)] = {};
    update_gradient(done - 1, change);  // (15), U and its dual
    update_feasible(done - 1, change);  // W and its dual
    update_scale(done - 1);             // (13) without its splits
  }
}

template <class Real>
const Real* RumTvPass<Real>::z(std::size_t step, Row y) const {
  if (step == 0) return before_->z.row(0, y);
  return is_last(step, y) ? after_->z.row(0, y) : rows_.row(kinds().z(step), y);
}

/// (s² μ + ρ_w + ρ ∇ᵀ∇) z = s h − s² κ + ρ_w (W − E) + ρ Pᵀ∇ᵀ(U − D), divided by the diagonal.
template <class Real>
template <std::size_t Directions>
void RumTvPass<Real>::right_side(Row y) {
  using Lanes = PixelLanes<Real>;
  constexpr std::size_t fields = fields_of(Directions);
  const RumTvWeights<Real>& w = *weights_;
  const std::size_t width = width_, pitch = pitch_;
  const Real held = w.constraint_penalty + w.proximity, penalty = w.constraint_penalty, near = w.proximity,
             rho = w.rho;
  std::array<Real, Directions> mu, kappa;
  std::array<std::array<Real, Directions>, fields> share;  // ρ P
  for (std::size_t i = 0; i < Directions; ++i) {
    mu[i] = w.curvature[i];
    kappa[i] = w.offset[i];
    for (std::size_t f = 0; f < fields; ++f) share[f][i] = rho * (fields == 1 ? Real(1) : w.share[f][i]);
  }
  prefetch_row(y + 1);
  const std::uint8_t* kind = data_->kind.row(0, y);
  const Real *s_row = before_->scale.row(0, y), *h_row = data_->projection.row(0, y),
             *z_row = before_->z.row(0, y), *gradient = before_->gradient.row(0, y),
             *gradient_above = before_->gradient.row(0, y - 1);
  const Real *feasible = Directions == 1 ? nullptr : before_->feasible.row(0, y),
             *constrained = Directions == 1 ? nullptr : before_->constrained.row(0, y);
  Real *target = row(kinds().target(), y), *coupling = row(kinds().coupling(), y);
  const auto limit = simd::filled<Lanes>(w.threshold);
  const auto reflected = [limit](const Real* point) {
    const Lanes at = load_pixels(point);
    return at - 2 * within(at, limit);
  };  // U − D
  for (std::size_t x = 0; x < width; x += simd::lanes) {
    const PixelKinds<Real> pixels(kind + x);
    std::array<Lanes, fields> divergence;
    for (std::size_t f = 0; f < fields; ++f) {
      const std::size_t along_x = f * pitch + x, along_y = (fields + f) * pitch + x;
      divergence[f] = reflected(gradient + along_x - 1) - reflected(gradient + along_x) +
                      reflected(gradient_above + along_y) - reflected(gradient + along_y);
    }
    const Lanes s = load_pixels(s_row + x), degree = pixels.degree();
    for (std::size_t i = 0; i < Directions; ++i) {
      const std::size_t at = i * pitch + x;
      Lanes turned{}, data = s * load_pixels(h_row + at) - s * s * kappa[i] + near * load_pixels(z_row + at);
      for (std::size_t f = 0; f < fields; ++f) turned += share[f][i] * divergence[f];
      if constexpr (Directions > 1)
        data += penalty * (2 * load_pixels(feasible + at) - load_pixels(constrained + at));
      const Lanes own = pixels.in_sample(s * s * mu[i] + held, simd::filled<Lanes>(Real(1)));
      const Lanes inverse = 1 / (own + rho * degree);
      simd::store(target + at, (turned + pixels.in_sample(data, Lanes{})) * inverse);
      simd::store(coupling + at, rho * inverse);
    }
  }
}

template <class Real>
void RumTvPass<Real>::right_side(Row y) {
  unrolled<rum_tv_max_states - 1>(directions_, [&]<std::size_t D>() { right_side<D>(y); });
}

template <class Real>
void RumTvPass<Real>::prefetch_row(Row y) const {
  const auto prefetch = [&](const Real* values, std::size_t planes) {
    for (std::size_t k = 0; k < planes * pitch_; k += 64 / sizeof(Real)) __builtin_prefetch(values + k, 0, 2);
  };
  prefetch(before_->gradient.row(0, y), 2 * fields_);
  prefetch(before_->z.row(0, y), directions_);
  prefetch(data_->projection.row(0, y), directions_);
  if (directions_ == 1) return;
  prefetch(before_->feasible.row(0, y), directions_);
  prefetch(before_->constrained.row(0, y), directions_);
}

template <class Real>
void RumTvPass<Real>::chebyshev_step(std::size_t step, Row y) {
  unrolled<rum_tv_max_states - 1>(directions_, [&]<std::size_t D>() { chebyshev_step<D>(step, y); });
}

template <class Real>
template <std::size_t Directions>
void RumTvPass<Real>::chebyshev_step(std::size_t step, Row y) {
  using Lanes = PixelLanes<Real>;
  const std::uint8_t* kind = data_->kind.row(0, y);
  const Real *here = z(step, y), *over = z(step, y - 1), *under = z(step, y + 1),
             *old = z(step == 0 ? 0 : step - 1, y);
  const Real *target = row(kinds().target(), y), *coupling = row(kinds().coupling(), y);
  Real* next = is_last(step + 1, y) ? after_->z.row(0, y) : row(kinds().z(step + 1), y);
  const std::size_t width = width_, pitch = pitch_;
  std::array<ChebyshevStep<Real>, Directions> steps;
  for (std::size_t i = 0; i < Directions; ++i) steps[i] = weights_->x_step[i][step];
  for (std::size_t x = 0; x < width; x += simd::lanes) {
    const PixelKinds<Real> pixels(kind + x);
    for (std::size_t i = 0; i < Directions; ++i) {
      const auto [gain, momentum] = steps[i];
      const std::size_t at = i * pitch + x;
      const Lanes z_here = load_pixels(here + at);
      const Lanes neighbors = pixels.linked(PixelKind::right, load_pixels(here + at + 1)) +
                              pixels.linked(PixelKind::left, load_pixels(here + at - 1)) +
                              pixels.linked(PixelKind::below, load_pixels(under + at)) +
                              pixels.linked(PixelKind::above, load_pixels(over + at));
      const Lanes residual = load_pixels(target + at) - z_here + load_pixels(coupling + at) * neighbors;
      simd::store(next + at, z_here + gain * residual + momentum * (z_here - load_pixels(old + at)));
    }
  }
  close_rows(next, Directions);
}

template <class Real>
void RumTvPass<Real>::close_rows(Real* rows, std::size_t planes) const {
  for (std::size_t k = 0; k < planes; ++k) PaddedPlanes<Real>::close_row(rows + k * pitch_, width_);
}

template class RumTvPass<float>;
template class RumTvPass<double>;

}  // namespace phasecast
