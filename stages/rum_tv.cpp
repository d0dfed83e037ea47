#include "stages/rum_tv.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

#include "stages/parallel.hpp"
#include "stages/simplex.hpp"

namespace phasecast {
namespace {

constexpr std::size_t max_states = 8;
// Measured on strong and weak noise, 2 to 5 states (decision 0004).
constexpr double constraint_penalty = 0.5;  // ρ_w over the sample's typical curvature s̃² μ
constexpr double proximity = 1e-4;          // likewise

void require(bool holds, const std::string& what, double value, const std::string& expected) {
  if (!holds)
    throw std::runtime_error("RUM-TV: " + what + " is " + std::to_string(value) + ", expected " + expected);
}

void require_size(const std::string& what, std::size_t size, std::size_t expected) {
  require(size == expected, "size of " + what, static_cast<double>(size), std::to_string(expected));
}

}  // namespace

template <class Real>
RumTv<Real>::RumTv(Shape shape, int states, RumTvConfig config)
    : shape_(shape),
      pixels_(shape.pixels()),
      states_(static_cast<std::size_t>(states)),
      directions_(states_ - 1),
      config_(config),
      x_step_(pixels_) {
  require(pixels_ > 0, "number of pixels", static_cast<double>(pixels_), "1 or more");
  require(states >= 2 && states_ <= max_states, "number of states", states, "2 to 8");
  require(config.cg_steps >= 0, "cg_steps", config.cg_steps, "1 or more, or 0 (automatic)");
  require(config.relaxation > 0 && config.relaxation < 2, "relaxation", config.relaxation, "between 0 and 2");
  fields_ = states_ == 2 ? 1 : states_;
  z_.resize(directions_ * pixels_);
  feasible_.resize(directions_ * pixels_);
  if (states_ > 2) constrained_.resize(directions_ * pixels_);
  gradient_.resize(2 * fields_ * pixels_);
  scale_.resize(pixels_);
  weight_.resize(pixels_);
  rhs_.resize(pixels_);
}

template <class Real>
void RumTv<Real>::set_weights(double lambda, double rho) {
  require(lambda > 0 && std::isfinite(lambda), "lambda", lambda, "more than 0");
  require(rho > 0 && std::isfinite(rho), "rho", rho, "more than 0");
  const Real old_threshold = rho_ > 0 ? threshold() : Real(0), factor = static_cast<Real>(rho_ / rho);
  for (Real& point : gradient_) point += (factor - 1) * std::clamp(point, -old_threshold, old_threshold);
  lambda_ = lambda;
  rho_ = rho;
}

/// For two states |∇x₁| + |∇x₂| = √2 |∇z|.
template <class Real>
Real RumTv<Real>::threshold() const {
  const double weight = states_ == 2 ? std::numbers::sqrt2 * lambda_ : lambda_;
  return static_cast<Real>(weight / rho_);
}

template <class Real>
void RumTv<Real>::set_problem(const UnmixProblem& problem) {
  const NormalEquations& equations = problem.equations;
  require_size("projection", equations.projection.size(), states_ * pixels_);
  require_size("gram", static_cast<std::size_t>(equations.gram.size()), states_ * states_);
  require_size("sample", problem.sample.size(), pixels_);
  require(problem.typical_scale > 0 && std::isfinite(problem.typical_scale), "typical scale",
          problem.typical_scale, "more than 0");
  plane_.emplace(equations.gram);
  sample_.assign(problem.sample.begin(), problem.sample.end());
  sample_pixels_ =
      static_cast<double>(std::count_if(sample_.begin(), sample_.end(), [](auto in) { return in; }));
  links_.emplace(shape_, sample_, config_.border);
  const double square = problem.typical_scale * problem.typical_scale;
  const double own_rho = square * plane_->mean_curvature() + 4 * problem.lambda;
  set_weights(problem.lambda, problem.rho == 0 ? own_rho : problem.rho);
  cg_steps_ = config_.cg_steps > 0                             ? config_.cg_steps
              : rho_ < 2.5 * square * plane_->mean_curvature() ? 2
                                                               : 4;
  const double curvature = square * plane_->curvature.mean();
  constraint_penalty_ = states_ == 2 ? 0 : constraint_penalty * curvature;
  proximity_ = proximity * curvature;

  data_.resize(directions_ * pixels_);
  mean_data_.resize(pixels_);
  const auto rows = static_cast<Eigen::Index>(pixels_), columns = static_cast<Eigen::Index>(states_);
  const Eigen::Map<const Eigen::MatrixXd> projection(equations.projection.data(), rows, columns);
  using Planes = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;
  Eigen::Map<Planes> data(data_.data(), rows, columns - 1), mean(mean_data_.data(), rows, 1);
  for_blocks(pixels_, [&](std::size_t begin, std::size_t end) {
    const auto first = static_cast<Eigen::Index>(begin), count = static_cast<Eigen::Index>(end - begin);
    const auto b = projection.middleRows(first, count);
    data.middleRows(first, count) = b.lazyProduct(plane_->directions).template cast<Real>();
    mean.middleRows(first, count) = b.rowwise().mean().template cast<Real>();
  });
}

template <class Real>
void RumTv<Real>::start(std::span<const double> fraction, std::span<const double> scale) {
  require_size("fraction", fraction.size(), states_ * pixels_);
  require_size("scale", scale.size(), pixels_);
  require_size("equations", data_.size(), directions_ * pixels_);
  const double middle = 1.0 / static_cast<double>(states_);
  for_blocks(pixels_, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = 0; i < directions_; ++i) {
      for (std::size_t k = begin; k < end; ++k) {
        double sum = 0;
        for (std::size_t l = 0; l < states_; ++l)
          sum += plane_->directions(static_cast<Eigen::Index>(l), static_cast<Eigen::Index>(i)) *
                 (fraction[l * pixels_ + k] - middle);
        z_[i * pixels_ + k] = sample_[k] ? static_cast<Real>(sum) : Real(0);
      }
    }
    for (std::size_t k = begin; k < end; ++k) scale_[k] = static_cast<Real>(scale[k]);
  });
  feasible_ = z_;
  if (!constrained_.empty()) constrained_ = z_;
  std::fill(gradient_.begin(), gradient_.end(), Real(0));
}

template <class Real>
IterationReport RumTv<Real>::iterate() {
  require_size("equations", data_.size(), directions_ * pixels_);
  for (std::size_t i = 0; i < directions_; ++i) update_z(i);  // (12) with (14) inside
  const auto [dual, map] = sum_blocks<2>(pixels_, [&](std::size_t begin, std::size_t end) {
    std::array<double, 2> changes{};
    for_runs(shape_, begin, end, [&](const PixelRun& run) {
      update_gradient(run, changes[0]);              // (15), U and its dual
      update_feasible(run, changes[0], changes[1]);  // W and its dual
      update_scale(run);                             // (13) without its splits
    });
    return changes;
  });
  const double fractions_counted = sample_pixels_ * static_cast<double>(states_);
  return {.relative_error = dual / static_cast<double>(pixels_),
          .map_change = fractions_counted > 0 ? std::sqrt(map / fractions_counted) : 0};
}

/// (s² μ + ρ_w + ρ ∇ᵀ∇) z = s h − s² κ + ρ_w (W − E) + ρ Pᵀ∇ᵀ(U − D).
template <class Real>
void RumTv<Real>::update_z(std::size_t direction) {
  const auto i = static_cast<Eigen::Index>(direction);
  const Real curvature = static_cast<Real>(plane_->curvature(i)),
             offset = static_cast<Real>(plane_->offset(i));
  const Real rho = static_cast<Real>(rho_), rho_w = static_cast<Real>(constraint_penalty_),
             near = static_cast<Real>(proximity_), limit = threshold();
  const auto reflected = [limit](Real point) {
    return point - 2 * std::clamp(point, -limit, limit);
  };  // U − D

  for_blocks(pixels_, [&](std::size_t begin, std::size_t end) {
    for_runs(shape_, begin, end, [&](const PixelRun& run) {
      const std::size_t at = run.begin;
      const Real *s = &scale_[at], *h = plane(data_, direction) + at, *z = plane(z_, direction) + at;
      const std::uint8_t* in = &sample_[at];
      Real *weight = &weight_[at], *rhs = &rhs_[at];
      for (std::size_t k = 0; k < run.count; ++k) {
        const Real s2 = s[k] * s[k];
        weight[k] = in[k] ? s2 * curvature + rho_w + near : Real(1);
        rhs[k] = in[k] ? s[k] * h[k] - s2 * offset + near * z[k] : Real(0);
      }
      if (!constrained_.empty()) {
        const Real *w = plane(feasible_, direction) + at, *point = plane(constrained_, direction) + at;
        for (std::size_t k = 0; k < run.count; ++k) rhs[k] += in[k] ? rho_w * (2 * w[k] - point[k]) : Real(0);
      }
      for (std::size_t field = 0; field < fields_; ++field) {
        const Real share =
            fields_ == 1 ? rho
                         : rho * static_cast<Real>(plane_->directions(static_cast<Eigen::Index>(field), i));
        const Real *along_x = plane(gradient_, field), *along_y = plane(gradient_, fields_ + field);
        RunBuffer<Real> left;
        copy_left(run, along_x, left);
        for (std::size_t k = 0; k < run.count; ++k)
          rhs[k] += share * (reflected(left[k]) - reflected(along_x[at + k]) +
                             reflected(along_y[run.above + k]) - reflected(along_y[at + k]));
      }
    });
  });
  x_step_.solve(*links_, weight_, rho, rhs_, cg_steps_, {plane(z_, direction), pixels_});
}

/// U + D = ∇x relaxed + D. Where there is no link all of it stays zero.
template <class Real>
void RumTv<Real>::update_gradient(const PixelRun& run, double& dual_change) {
  const Real limit = threshold(), relaxation = static_cast<Real>(config_.relaxation);
  const std::uint8_t *right = &links_->right[run.begin], *below = &links_->below[run.begin];
  for (std::size_t field = 0; field < fields_; ++field) {
    RunBuffer<Real> along_x{}, along_y{}, dual;
    for (std::size_t i = 0; i < directions_; ++i) {
      const Real share = fields_ == 1 ? Real(1)
                                      : static_cast<Real>(plane_->directions(static_cast<Eigen::Index>(field),
                                                                             static_cast<Eigen::Index>(i)));
      const Real* z = plane(z_, i);
      RunBuffer<Real> next;
      copy_right(run, z, next);
      const Real *here = z + run.begin, *under = z + run.below;
      for (std::size_t k = 0; k < run.count; ++k) {
        along_x[k] += share * (next[k] - here[k]);
        along_y[k] += share * (under[k] - here[k]);
      }
    }
    const auto split = [&](const RunBuffer<Real>& difference, const std::uint8_t* link, Real* point) {
      for (std::size_t k = 0; k < run.count; ++k) {
        const Real old_dual = std::clamp(point[k], -limit, limit), old_u = point[k] - old_dual;
        const Real relaxed = relaxation * difference[k] + (1 - relaxation) * old_u;
        point[k] = static_cast<Real>(link[k]) * (relaxed + old_dual);
        dual[k] = std::clamp(point[k], -limit, limit) - old_dual;
      }
      dual_change += dot(dual.data(), dual.data(), run.count);
    };
    split(along_x, right, plane(gradient_, field) + run.begin);
    split(along_y, below, plane(gradient_, fields_ + field) + run.begin);
  }
}

/// W + E = x relaxed + E, and W its projection.
template <class Real>
void RumTv<Real>::update_feasible(const PixelRun& run, double& dual_change, double& map_change) {
  std::array<RunBuffer<Real>, max_states - 1> before;
  for (std::size_t i = 0; i < directions_; ++i)
    std::copy_n(plane(feasible_, i) + run.begin, run.count, before[i].begin());
  if (constrained_.empty()) {
    constexpr Real bound = std::numbers::sqrt2_v<Real> / 2;
    for (std::size_t k = run.begin; k < run.begin + run.count; ++k)
      feasible_[k] = std::clamp(z_[k], -bound, bound);
  } else {
    const Real relaxation = static_cast<Real>(config_.relaxation);
    std::array<RunBuffer<Real>, max_states - 1> dual;
    for (std::size_t i = 0; i < directions_; ++i) {
      Real *point = plane(constrained_, i) + run.begin, *w = plane(feasible_, i) + run.begin;
      const Real* z = plane(z_, i) + run.begin;
      for (std::size_t k = 0; k < run.count; ++k) {
        dual[i][k] = point[k] - w[k];
        point[k] = relaxation * z[k] + (1 - relaxation) * w[k] + dual[i][k];
      }
    }
    project(run);
    for (std::size_t i = 0; i < directions_; ++i) {
      const Real *point = plane(constrained_, i) + run.begin, *w = plane(feasible_, i) + run.begin;
      for (std::size_t k = 0; k < run.count; ++k) dual[i][k] -= point[k] - w[k];
      dual_change += dot(dual[i].data(), dual[i].data(), run.count);
    }
  }
  for (std::size_t i = 0; i < directions_; ++i) {
    for (std::size_t k = 0; k < run.count; ++k) before[i][k] -= plane(feasible_, i)[run.begin + k];
    map_change += dot(before[i].data(), before[i].data(), run.count);
  }
}

template <class Real>
void RumTv<Real>::project(const PixelRun& run) {
  const Real middle = Real(1) / static_cast<Real>(states_);
  std::array<RunBuffer<Real>, max_states> x;
  for (std::size_t l = 0; l < states_; ++l) {
    std::fill_n(x[l].begin(), run.count, middle);
    for (std::size_t i = 0; i < directions_; ++i) {
      const Real share =
          static_cast<Real>(plane_->directions(static_cast<Eigen::Index>(l), static_cast<Eigen::Index>(i)));
      const Real* point = plane(constrained_, i) + run.begin;
      for (std::size_t k = 0; k < run.count; ++k) x[l][k] += share * point[k];
    }
  }
  project_on_simplex(x, states_, run.count);
  for (std::size_t i = 0; i < directions_; ++i) {
    Real* w = plane(feasible_, i) + run.begin;
    std::fill_n(w, run.count, Real(0));
    for (std::size_t l = 0; l < states_; ++l) {
      const Real share =
          static_cast<Real>(plane_->directions(static_cast<Eigen::Index>(l), static_cast<Eigen::Index>(i)));
      for (std::size_t k = 0; k < run.count; ++k) w[k] += share * x[l][k];
    }
  }
}

/// s = max(0, wᵀb / wᵀGw): the minimizer of (7) over s >= 0 with the fractions held.
template <class Real>
void RumTv<Real>::update_scale(const PixelRun& run) {
  RunBuffer<Real> along, norm;
  std::copy_n(&mean_data_[run.begin], run.count, along.begin());
  std::fill_n(norm.begin(), run.count, static_cast<Real>(plane_->center));
  for (std::size_t i = 0; i < directions_; ++i) {
    const Real mu = static_cast<Real>(plane_->curvature(static_cast<Eigen::Index>(i))),
               kappa = static_cast<Real>(plane_->offset(static_cast<Eigen::Index>(i)));
    const Real *h = plane(data_, i) + run.begin, *w = plane(feasible_, i) + run.begin;
    for (std::size_t k = 0; k < run.count; ++k) {
      along[k] += h[k] * w[k];
      norm[k] += (2 * kappa + mu * w[k]) * w[k];
    }
  }
  for (std::size_t k = 0; k < run.count; ++k) scale_[run.begin + k] = std::max(along[k], Real(0)) / norm[k];
}

template <class Real>
std::vector<Real> RumTv<Real>::fractions() const {
  const Real middle = Real(1) / static_cast<Real>(states_);
  std::vector<Real> fractions(states_ * pixels_, middle);
  for_blocks(pixels_, [&](std::size_t begin, std::size_t end) {
    for (std::size_t l = 0; l < states_; ++l) {
      for (std::size_t i = 0; i < directions_; ++i) {
        const Real share =
            static_cast<Real>(plane_->directions(static_cast<Eigen::Index>(l), static_cast<Eigen::Index>(i)));
        for (std::size_t k = begin; k < end; ++k)
          fractions[l * pixels_ + k] += share * feasible_[i * pixels_ + k];
      }
      // P(W) is on the simplex up to rounding.
      for (std::size_t k = begin; k < end; ++k)
        fractions[l * pixels_ + k] = std::max(fractions[l * pixels_ + k], Real(0));
    }
  });
  return fractions;
}

template <class Real>
RumVariables<Real> RumTv<Real>::variables_of_ten(const NormalEquations& equations) const {
  RumVariables<Real> v(shape_, states_);
  v.s = v.t = scale_;
  const Real limit = threshold(), penalties = static_cast<Real>(constraint_penalty_ / rho_);
  for (std::size_t l = 0; l < states_; ++l) {
    const auto row = static_cast<Eigen::Index>(l);
    for (std::size_t k = 0; k < pixels_; ++k) {
      Real &x = v.x[l * pixels_ + k], &w = v.w[l * pixels_ + k], &e = v.e[l * pixels_ + k];
      x = w = Real(1) / static_cast<Real>(states_);
      for (std::size_t i = 0; i < directions_; ++i) {
        const Real share = static_cast<Real>(plane_->directions(row, static_cast<Eigen::Index>(i)));
        const std::size_t ik = i * pixels_ + k;
        x += share * z_[ik];
        w += share * feasible_[ik];
        if (!constrained_.empty()) e += penalties * share * (constrained_[ik] - feasible_[ik]);
      }
      if (constrained_.empty()) x = w;
      v.m[l * pixels_ + k] = x * scale_[k];
    }
    const std::size_t field = fields_ == 1 ? 0 : l;
    const Real share = fields_ == 1 ? static_cast<Real>(plane_->directions(row, 0)) : Real(1);
    for (const std::size_t axis : {0, 1}) {
      for (std::size_t k = 0; k < pixels_; ++k) {
        const Real point = gradient_[(axis * fields_ + field) * pixels_ + k];
        const std::size_t at = (axis * states_ + l) * pixels_ + k;
        v.d[at] = share * std::clamp(point, -limit, limit);
        v.u[at] = share * (point - std::clamp(point, -limit, limit));
      }
    }
  }
  for (std::size_t k = 0; k < pixels_; ++k) {
    for (std::size_t l = 0; l < states_; ++l) {
      double misfit = -equations.projection[l * pixels_ + k];
      for (std::size_t j = 0; j < states_; ++j)
        misfit +=
            equations.gram(static_cast<Eigen::Index>(l), static_cast<Eigen::Index>(j)) * v.m[j * pixels_ + k];
      v.c[l * pixels_ + k] = static_cast<Real>(misfit / rho_);
    }
  }
  return v;
}

/// For two states X is W: cut off at the bounds, with it U = ∇W where the unbounded differences are not zero.
///
/// E has two parts that no split holds: along 1, the multiplier of Σx = 1, and for two states all of it. They
/// are what the condition on the fractions leaves for it; whether that is normal to Ω1 is a condition of its
/// own.
template <class Real>
KktResiduals RumTv<Real>::kkt(const NormalEquations& equations) const {
  RumVariables<Real> v = variables_of_ten(equations);
  for_runs(shape_, 0, pixels_, [&](const PixelRun& run) {
    for (std::size_t k = 0; k < run.count; ++k) {
      const std::size_t pixel = run.begin + k, before = k == 0 ? run.before : pixel - 1,
                        above = run.above + k;
      std::array<Real, max_states> rest{};
      Real mean = 0;
      for (std::size_t l = 0; l < states_; ++l) {
        const std::size_t x = l * pixels_, y = (states_ + l) * pixels_;
        rest[l] = -(v.c[x + pixel] * v.s[pixel] + v.d[x + before] - v.d[x + pixel] + v.d[y + above] -
                    v.d[y + pixel]);
        mean += rest[l] / static_cast<Real>(states_);
      }
      for (std::size_t l = 0; l < states_; ++l)
        v.e[l * pixels_ + pixel] = constrained_.empty() ? rest[l] : v.e[l * pixels_ + pixel] + mean;
    }
    if (!constrained_.empty()) return;
    for (std::size_t plane = 0; plane < 2 * states_; ++plane) {
      const auto difference = v.difference(run, &v.x[plane % states_ * pixels_], plane < states_);
      Real* u = &v.u[plane * pixels_ + run.begin];
      for (std::size_t k = 0; k < run.count; ++k) u[k] = u[k] != 0 ? difference[k] : Real(0);
    }
  });
  return kkt_residuals(v, equations, 1, lambda_, rho_, *links_, sample_);
}

template class RumTv<float>;
template class RumTv<double>;

}  // namespace phasecast
