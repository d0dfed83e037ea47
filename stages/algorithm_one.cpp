#include "stages/algorithm_one.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "stages/parallel.hpp"
#include "stages/state_plane.hpp"

namespace phasecast {
namespace {

void require(bool holds, const std::string& what, double value, const std::string& expected) {
  if (!holds)
    throw std::runtime_error("RUM-TV: " + what + " is " + std::to_string(value) + ", expected " + expected);
}

void require_size(const std::string& what, std::size_t size, std::size_t expected) {
  require(size == expected, "size of " + what, static_cast<double>(size), std::to_string(expected));
}

bool positive(double value) {
  return value > 0 && std::isfinite(value);
}

}  // namespace

template <class Real>
AlgorithmOne<Real>::AlgorithmOne(Shape shape, int states, AlgorithmOneConfig config, double typical_scale)
    : pixels_(shape.pixels()),
      states_(static_cast<std::size_t>(states)),
      config_(config),
      unit_(typical_scale / rum_sample_scale),
      v_(shape, states_),
      x_step_(shape) {
  if (config_.rho == 0) config_.rho = config_.lambda / 0.1;
  require(pixels_ > 0, "number of pixels", static_cast<double>(pixels_), "1 or more");
  require(states_ >= 2 && states_ <= rum_max_states, "number of states", states, "2 to 8");
  require(config_.lambda >= 0 && std::isfinite(config_.lambda), "lambda", config_.lambda, "0 or more");
  require(config_.rho >= 0 && std::isfinite(config_.rho), "rho", config_.rho, "0 (automatic) or more");
  require(config_.cg_steps >= 1, "cg_steps", config_.cg_steps, "1 or more");
  require(positive(unit_), "typical scale", unit_, "more than 0");
}

template <class Real>
void AlgorithmOne<Real>::set_penalty(double lambda, double rho) {
  const double old = config_.rho;
  config_.lambda = lambda;
  config_.rho = rho == 0 ? lambda / 0.1 : rho;
  require(positive(config_.rho), "rho", config_.rho, "more than 0");
  const Real factor = static_cast<Real>(old / config_.rho);
  for (auto* dual : {&v_.c, &v_.d, &v_.e, &v_.g})
    for (Real& value : *dual) value *= factor;
}

template <class Real>
void AlgorithmOne<Real>::set_problem(const UnmixProblem& problem) {
  const double curvature = StatePlane(problem.equations.gram).mean_curvature();
  const double typical = problem.typical_scale * problem.typical_scale * curvature;
  const bool own_choice = problem.rho == 0 && config_.prior;
  sample_.assign(problem.sample.begin(), problem.sample.end());
  set_penalty(problem.lambda, own_choice ? typical : problem.rho);
  set_equations(problem.equations);
}

template <class Real>
void AlgorithmOne<Real>::set_equations(const NormalEquations& equations) {
  require_size("projection", equations.projection.size(), states_ * pixels_);
  require_size("gram", static_cast<std::size_t>(equations.gram.size()), states_ * states_);
  equations_ = equations;
  const auto rows = static_cast<Eigen::Index>(pixels_), columns = static_cast<Eigen::Index>(states_);
  const double rho = config_.rho / (unit_ * unit_);
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(columns, columns);
  const Eigen::MatrixXd inverse = (equations.gram + rho * identity).llt().solve(identity);
  mixing_.assign(inverse.data(), inverse.data() + inverse.size());
  for (Real& value : mixing_) value *= static_cast<Real>(rho);
  base_.resize(states_ * pixels_);
  const Eigen::Map<const Eigen::MatrixXd> projection(equations.projection.data(), rows, columns);
  Eigen::Map<Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>> base(base_.data(), rows, columns);
  for_blocks(pixels_, [&](std::size_t begin, std::size_t end) {
    const auto first = static_cast<Eigen::Index>(begin), count = static_cast<Eigen::Index>(end - begin);
    base.middleRows(first, count) =
        (projection.middleRows(first, count).lazyProduct(inverse) / unit_).template cast<Real>();
  });
}

template <class Real>
void AlgorithmOne<Real>::start(std::span<const double> fraction, std::span<const double> scale) {
  require_size("scale", scale.size(), pixels_);
  for (std::size_t i = 0; i < pixels_; ++i) v_.t[i] = static_cast<Real>(scale[i] / unit_);
  start_warm(fraction);
  std::fill(v_.d.begin(), v_.d.end(), Real(0));
  if (config_.prior) {
    std::copy(v_.x.begin(), v_.x.end(), v_.u.begin());
    return;
  }
  for_runs(v_.shape, 0, pixels_, [&](const PixelRun& run) {
    for (std::size_t plane = 0; plane < 2 * states_; ++plane) {
      const auto gradient = v_.difference(run, &v_.x[plane % states_ * pixels_], plane < states_);
      std::copy_n(gradient.begin(), run.count, &v_.u[plane * pixels_ + run.begin]);
    }
  });
}

template <class Real>
void AlgorithmOne<Real>::start_warm(std::span<const double> fraction) {
  require_size("fraction", fraction.size(), states_ * pixels_);
  std::copy(fraction.begin(), fraction.end(), v_.x.begin());
  v_.w = v_.x;
  v_.s = v_.t;
  for (std::size_t i = 0; i < v_.m.size(); ++i) v_.m[i] = v_.x[i] * v_.s[i % pixels_];
  for (auto* dual : {&v_.c, &v_.e, &v_.g}) std::fill(dual->begin(), dual->end(), Real(0));
}

template <class Real>
IterationReport AlgorithmOne<Real>::iterate(std::span<const std::uint8_t> valid) {
  require_size("valid", valid.size(), pixels_);
  require_size("equations", base_.size(), states_ * pixels_);
  const Real threshold = static_cast<Real>(config_.lambda / config_.rho);
  const bool on_simplex = config_.sum_to_one == SumToOne::simplex_projection;

  const bool plugged = static_cast<bool>(config_.prior);
  RumChanges plugged_changes{.valid = valid};
  if (plugged)
    v_.update_x_plugged();  // eq. (19)
  else
    x_step_.update_x(v_, config_.cg_steps);  // line 3, eq. (12)
  if (!on_simplex)                           // line 4
    for_blocks(pixels_, [&](std::size_t begin, std::size_t end) { v_.normalize_x(begin, end); });

  if (plugged) denoise_u(plugged_changes);  // eq. (20)
  // Of the rest only the U-step looks at neighbors, and at those of X alone.
  const auto [dual, map, valid_pixels] = sum_blocks<3>(pixels_, [&](std::size_t begin, std::size_t end) {
    RumChanges changes{.valid = valid};
    for_runs(v_.shape, begin, end, [&](const PixelRun& run) {
      v_.update_s(run);                                    // line 5, eq. (13)
      v_.update_m(run, base_, mixing_, changes);           // lines 6 and 10, eq. (14)
      if (!plugged) v_.update_u(run, threshold, changes);  // lines 7 and 11, eq. (15)
      v_.update_w(run, on_simplex, changes);               // lines 8 and 12
      v_.update_t(run, changes);                           // lines 9 and 13
    });
    return std::array{changes.dual, changes.map, changes.valid_pixels};
  });
  const double fractions_counted = valid_pixels * static_cast<double>(states_);
  return {.relative_error = (dual + plugged_changes.dual) / static_cast<double>(pixels_),
          .map_change = fractions_counted > 0 ? std::sqrt(map / fractions_counted) : 0};
}

/// u_j = D(x_j + d_j, √(λ/ρ)) and d_j += x_j − u_j.
template <class Real>
void AlgorithmOne<Real>::denoise_u(RumChanges& changes) {
  const auto strength = static_cast<float>(std::sqrt(config_.lambda / config_.rho));
  std::vector<float> noisy(pixels_), clean(pixels_);
  for (std::size_t l = 0; l < states_; ++l) {
    const std::size_t first = l * pixels_;
    for (std::size_t k = 0; k < pixels_; ++k)
      noisy[k] = static_cast<float>(v_.x[first + k] + v_.d[first + k]);
    config_.prior(v_.shape, noisy, strength, clean);
    for (std::size_t k = 0; k < pixels_; ++k) {
      const Real change = v_.x[first + k] - static_cast<Real>(clean[k]);
      v_.u[first + k] = static_cast<Real>(clean[k]);
      v_.d[first + k] += change;
      changes.dual += static_cast<double>(change) * static_cast<double>(change);
    }
  }
}

template <class Real>
KktResiduals AlgorithmOne<Real>::kkt() const {
  const std::vector<std::uint8_t> everywhere(pixels_, 1);
  const double square = unit_ * unit_;
  return kkt_residuals(v_, equations_, unit_, config_.lambda / square, config_.rho / square,
                       Links(v_.shape, everywhere, Border::periodic), everywhere);
}

template <class Real>
double AlgorithmOne<Real>::objective() const {
  require_size("equations", base_.size(), states_ * pixels_);
  const auto [misfit, variation] = sum_blocks<2>(pixels_, [&](std::size_t begin, std::size_t end) {
    std::array<double, 2> sum{};
    Eigen::VectorXd z(states_), b(states_);
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t l = 0; l < states_; ++l) {
        z(l) = unit_ * v_.t[i] * v_.w[l * pixels_ + i];
        b(l) = equations_.projection[l * pixels_ + i];
      }
      sum[0] += 0.5 * (z.dot(equations_.gram * z) - 2 * b.dot(z) + equations_.energy[i]);
    }
    for_runs(v_.shape, begin, end, [&](const PixelRun& run) {
      for (std::size_t plane = 0; plane < 2 * states_; ++plane) {
        const auto gradient = v_.difference(run, &v_.w[plane % states_ * pixels_], plane < states_);
        for (std::size_t k = 0; k < run.count; ++k) sum[1] += std::abs(gradient[k]);
      }
    });
    return sum;
  });
  return misfit + config_.lambda * variation;
}

template <class Real>
std::vector<Real> AlgorithmOne<Real>::scale() const {
  std::vector<Real> scale(v_.t);
  for (Real& value : scale) value *= static_cast<Real>(unit_);
  return scale;
}

template class AlgorithmOne<float>;
template class AlgorithmOne<double>;

}  // namespace phasecast
