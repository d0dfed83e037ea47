#include "stages/rum_tv.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

#include "stages/parallel.hpp"
#include "stages/rum_tv_lanes.hpp"

namespace phasecast {
namespace {

// Measured on strong and weak noise, 2 to 5 states (decision 0004).
constexpr double constraint_penalty = 0.5;  // ρ_w over the sample's typical curvature s̃² μ
constexpr double proximity = 1e-4;          // likewise
constexpr double strong_prior = 1;          // λ over s̃² μ from which on eight steps pay

void require(bool holds, const std::string& what, double value, const std::string& expected) {
  if (!holds)
    throw std::runtime_error("RUM-TV: " + what + " is " + std::to_string(value) + ", expected " + expected);
}

void require_size(const std::string& what, std::size_t size, std::size_t expected) {
  require(size == expected, "size of " + what, static_cast<double>(size), std::to_string(expected));
}

/// Of a system whose eigenvalues, with the diagonal as preconditioner, lie in 1 ± radius: half of the steps,
/// then the same once more. So what is left of a component, a square, is never negative: an X-step that
/// overshoots makes the passes swing up (decision 0008).
template <class Real>
void chebyshev_twice(double radius, std::span<ChebyshevStep<Real>> steps) {
  const std::size_t half = steps.size() / 2;
  double before = 0;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if (k == half) before = 0;
    const double ratio = before == 0 ? radius : 1 / (2 / radius - before);
    steps[k] = {static_cast<Real>(before == 0 ? 1 : 2 * ratio / radius), static_cast<Real>(ratio * before)};
    before = ratio;
  }
}

}  // namespace

template <class Real>
RumTv<Real>::RumTv(Shape shape, int states, RumTvConfig config)
    : shape_(
          (require(shape.pixels() > 0, "number of pixels", static_cast<double>(shape.pixels()), "1 or more"),
           require(states >= 2 && states <= static_cast<int>(rum_tv_max_states), "number of states", states,
                   "2 to 8"),
           shape)),
      pixels_(shape.pixels()),
      states_(static_cast<std::size_t>(states)),
      directions_(states_ - 1),
      config_(config),
      data_(shape, directions_),
      now_(shape, states_),
      next_(shape, states_),
      changes_(static_cast<std::size_t>(shape.height)) {
  require(config.x_steps >= 0 && config.x_steps <= rum_tv_max_steps && config.x_steps % 2 == 0, "x_steps",
          config.x_steps, "2, 4, 6 or 8, or 0 (automatic)");
  require(config.relaxation > 0 && config.relaxation < 2, "relaxation", config.relaxation, "between 0 and 2");
  require(config.band_rows > 0, "band_rows", config.band_rows, "1 or more");
}

template <class Real>
template <class Body>
void RumTv<Real>::for_bands(const Body& body) const {
  for_blocks(
      static_cast<std::size_t>(shape_.height), static_cast<std::size_t>(config_.band_rows),
      [&](std::size_t first, std::size_t last) { body(static_cast<int>(first), static_cast<int>(last)); });
}

template <class Real>
IterationReport RumTv<Real>::iterate() {
  require(has_data_, "number of equations", 0, "those of every pixel: set_problem comes first");
  for_bands([&](int first, int last) {
    passes_->local().run(weights_, data_, now_, next_, first, last, changes_);  // (12) to (15) and (13)
  });
  std::swap(now_, next_);
  RumTvChanges total;
  for (const RumTvChanges& row : changes_) {
    total.duals += row.duals;
    total.map += row.map;
  }
  const double fractions_counted = sample_pixels_ * static_cast<double>(states_);
  return {.relative_error = total.duals / static_cast<double>(pixels_),
          .map_change = fractions_counted > 0 ? std::sqrt(total.map / fractions_counted) : 0};
}

template <class Real>
void RumTv<Real>::set_problem(const UnmixProblem& problem) {
  const NormalEquations& equations = problem.equations;
  require_size("projection", equations.projection.size(), states_ * pixels_);
  require_size("gram", static_cast<std::size_t>(equations.gram.size()), states_ * states_);
  require_size("sample", problem.sample.size(), pixels_);
  require(problem.typical_scale > 0 && std::isfinite(problem.typical_scale), "typical scale",
          problem.typical_scale, "more than 0");
  const StatePlane plane(equations.gram);
  set_weights(problem, plane);
  set_sample(problem.sample);
  set_data(equations, plane);
  has_data_ = true;
}

template <class Real>
void RumTv<Real>::set_weights(const UnmixProblem& problem, const StatePlane& plane) {
  const double square = problem.typical_scale * problem.typical_scale;
  const double own_rho = square * plane.mean_curvature() + 8 * problem.lambda;
  const double rho = problem.rho == 0 ? own_rho : problem.rho;
  require(problem.lambda > 0 && std::isfinite(problem.lambda), "lambda", problem.lambda, "more than 0");
  require(rho > 0 && std::isfinite(rho), "rho", rho, "more than 0");

  const Real old_threshold = weights_.threshold;
  const double old_rho = rho_;
  lambda_ = problem.lambda;
  rho_ = rho;
  weights_.states = states_;
  weights_.directions = directions_;
  weights_.fields = states_ == 2 ? 1 : states_;
  weights_.rho = static_cast<Real>(rho);
  weights_.threshold = static_cast<Real>((states_ == 2 ? std::numbers::sqrt2 : 1) * lambda_ / rho);
  weights_.relaxation = static_cast<Real>(config_.relaxation);
  const double typical = square * plane.curvature.mean(),
               rho_w = states_ == 2 ? 0 : constraint_penalty * typical;
  weights_.constraint_penalty = static_cast<Real>(rho_w);
  weights_.proximity = static_cast<Real>(proximity * typical);
  weights_.center = static_cast<Real>(plane.center);
  const int automatic_steps = problem.lambda < strong_prior * square * plane.mean_curvature() ? 6 : 8;
  const auto steps = static_cast<std::size_t>(config_.x_steps > 0 ? config_.x_steps : automatic_steps);
  for (std::size_t i = 0; i < directions_; ++i) {
    const auto column = static_cast<Eigen::Index>(i);
    weights_.curvature[i] = static_cast<Real>(plane.curvature(column));
    weights_.offset[i] = static_cast<Real>(plane.offset(column));
    for (std::size_t l = 0; l < states_; ++l)
      weights_.share[l][i] = static_cast<Real>(plane.directions(static_cast<Eigen::Index>(l), column));
    const double own = square * plane.curvature(column) + rho_w, neighbors = 4 * rho;
    chebyshev_twice<Real>(neighbors / (own + neighbors), {weights_.x_step[i].data(), steps});
  }
  if (!passes_ || steps != steps_)
    passes_ = std::make_unique<tbb::enumerable_thread_specific<RumTvPass<Real>>>(shape_, states_, steps);
  steps_ = steps;
  if (old_rho > 0 && old_rho != rho) rescale_duals(old_threshold, static_cast<Real>(old_rho / rho));
}

/// U + D where D, scaled by 1/ρ, follows ρ.
template <class Real>
void RumTv<Real>::rescale_duals(Real old_threshold, Real factor) {
  for_bands([&](int first, int last) {
    for (int y = first; y < last; ++y) {
      for (std::size_t plane = 0; plane < 2 * weights_.fields; ++plane) {
        Real* point = now_.gradient.row(plane, y);
        for (int x = -1; x <= shape_.width; ++x)
          point[x] += (factor - 1) * std::clamp(point[x], -old_threshold, old_threshold);
      }
    }
  });
}

template <class Real>
void RumTv<Real>::set_sample(std::span<const std::uint8_t> sample) {
  if (links_ && std::equal(sample.begin(), sample.end(), sample_.begin())) return;
  sample_.assign(sample.begin(), sample.end());
  links_.emplace(shape_, sample_, config_.border);
  const auto width = static_cast<std::size_t>(shape_.width);
  for_bands([&](int first, int last) {
    for (int y = first; y < last; ++y) {
      const std::size_t begin = static_cast<std::size_t>(y) * width;
      const std::size_t row_above = y > 0 ? begin - width : pixels_ - width;
      const std::uint8_t *right = &links_->right[begin], *below = &links_->below[begin],
                         *above = &links_->below[row_above], *in = &sample_[begin];
      std::uint8_t* kind = data_.kind.row(0, y);
      const auto kind_of = [=](std::size_t x, int left) {  // by value: bytes may alias anything
        const int linked = right[x] * PixelKind::right | below[x] * PixelKind::below |
                           left * PixelKind::left | above[x] * PixelKind::above;
        const int degree = right[x] + below[x] + left + above[x];
        return static_cast<std::uint8_t>(linked | (in[x] ? PixelKind::in : 0) |
                                         degree << PixelKind::degree_shift);
      };
      kind[0] = kind_of(0, right[width - 1]);
#pragma GCC ivdep
      for (std::size_t x = 1; x < width; ++x) kind[x] = kind_of(x, right[x - 1]);
    }
  });
  sample_pixels_ = static_cast<double>(
      std::count_if(sample_.begin(), sample_.end(), [](std::uint8_t in) { return in != 0; }));
}

template <class Real>
void RumTv<Real>::set_data(const NormalEquations& equations, const StatePlane& plane) {
  const auto width = static_cast<std::size_t>(shape_.width);
  for_bands([&](int first, int last) {
    std::vector<double> sum(width);
    const auto combine = [&](int y, const auto& share, Real* out) {
      std::fill(sum.begin(), sum.end(), 0.0);
      for (std::size_t l = 0; l < states_; ++l) {
        const double* b = &equations.projection[l * pixels_ + static_cast<std::size_t>(y) * width];
        const double weight = share(static_cast<Eigen::Index>(l));
        for (std::size_t x = 0; x < width; ++x) sum[x] += weight * b[x];
      }
      for (std::size_t x = 0; x < width; ++x) out[x] = static_cast<Real>(sum[x]);
    };
    for (int y = first; y < last; ++y) {
      for (std::size_t i = 0; i < directions_; ++i)
        combine(y, plane.directions.col(static_cast<Eigen::Index>(i)), data_.projection.row(i, y));
      combine(y, Eigen::VectorXd::Constant(equations.states, 1.0 / equations.states), data_.mean.row(0, y));
    }
  });
}

template <class Real>
void RumTv<Real>::start(std::span<const double> fraction, std::span<const double> scale) {
  require_size("fraction", fraction.size(), states_ * pixels_);
  require_size("scale", scale.size(), pixels_);
  require(has_data_, "number of equations", 0, "those of every pixel: set_problem comes first");
  const auto width = static_cast<std::size_t>(shape_.width);
  const double middle = 1.0 / static_cast<double>(states_);
  for_bands([&](int first, int last) {
    for (int y = first; y < last; ++y) {
      const std::size_t begin = static_cast<std::size_t>(y) * width;
      const std::uint8_t* in = &sample_[begin];
      for (std::size_t i = 0; i < directions_; ++i) {
        Real* __restrict z = now_.z.row(i, y);
        std::fill_n(z, width, Real(0));
        for (std::size_t l = 0; l < states_; ++l) {
          const double *from = &fraction[l * pixels_ + begin], share = weights_.share[l][i];
          for (std::size_t x = 0; x < width; ++x) z[x] += static_cast<Real>(share * (from[x] - middle));
        }
        for (std::size_t x = 0; x < width; ++x) z[x] = in[x] ? z[x] : Real(0);
        PaddedPlanes<Real>::close_row(z, width);
        if (states_ == 2) continue;
        std::copy_n(z, width, now_.feasible.row(i, y));
        std::copy_n(z, width, now_.constrained.row(i, y));
      }
      std::transform(&scale[begin], &scale[begin] + width, now_.scale.row(0, y),
                     [](double s) { return static_cast<Real>(s); });
      for (std::size_t plane = 0; plane < 2 * weights_.fields; ++plane) {
        Real* row = now_.gradient.row(plane, y);
        std::fill_n(row - 1, width + 2, Real(0));
      }
    }
  });
}

template <class Real>
void RumTv<Real>::feasible_row(std::size_t direction, int y, std::span<Real> out) const {
  constexpr Real bound = std::numbers::sqrt2_v<Real> / 2;
  const Real* from = states_ == 2 ? now_.z.row(direction, y) : now_.feasible.row(direction, y);
  for (std::size_t x = 0; x < out.size(); ++x)
    out[x] = states_ == 2 ? std::clamp(from[x], -bound, bound) : from[x];
}

template <class Real>
std::vector<Real> RumTv<Real>::fractions() const {
  const auto width = static_cast<std::size_t>(shape_.width);
  std::vector<Real> fractions(states_ * pixels_, Real(1) / static_cast<Real>(states_));
  for_bands([&](int first, int last) {
    std::vector<Real> w(width);
    for (int y = first; y < last; ++y) {
      const std::size_t begin = static_cast<std::size_t>(y) * width;
      for (std::size_t i = 0; i < directions_; ++i) {
        feasible_row(i, y, w);
        for (std::size_t l = 0; l < states_; ++l) {
          Real* __restrict out = &fractions[l * pixels_ + begin];
          for (std::size_t x = 0; x < width; ++x) out[x] += weights_.share[l][i] * w[x];
        }
      }
      // P(W) is on the simplex up to rounding.
      for (std::size_t l = 0; l < states_; ++l)
        for (std::size_t x = 0; x < width; ++x) {
          Real& fraction = fractions[l * pixels_ + begin + x];
          fraction = std::max(fraction, Real(0));
        }
    }
  });
  return fractions;
}

template <class Real>
std::vector<Real> RumTv<Real>::scale() const {
  const auto width = static_cast<std::size_t>(shape_.width);
  std::vector<Real> scale(pixels_);
  for (int y = 0; y < shape_.height; ++y)
    std::copy_n(now_.scale.row(0, y), width, &scale[static_cast<std::size_t>(y) * width]);
  return scale;
}

template class RumTv<float>;
template class RumTv<double>;

}  // namespace phasecast
