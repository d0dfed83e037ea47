#include <algorithm>
#include <array>
#include <numbers>

#include "stages/pixel_run.hpp"
#include "stages/rum_tv.hpp"

namespace phasecast {
namespace {

template <class Real>
constexpr Real bound = std::numbers::sqrt2_v<Real> / 2;  // of z for two states

}  // namespace

template <class Real>
RumVariables<Real> RumTv<Real>::variables_of_ten(const NormalEquations& equations) const {
  RumVariables<Real> v(shape_, states_);
  v.s = v.t = scale();
  const Real limit = weights_.threshold, penalties = weights_.constraint_penalty / weights_.rho;
  const bool bounded = states_ == 2;
  const auto width = static_cast<std::size_t>(shape_.width);
  const auto at_pixel = [&](const PaddedPlanes<Real>& planes, std::size_t plane, std::size_t k) {
    return planes.row(plane, static_cast<std::ptrdiff_t>(k / width))[k % width];
  };
  for (std::size_t l = 0; l < states_; ++l) {
    for (std::size_t k = 0; k < pixels_; ++k) {
      Real &x = v.x[l * pixels_ + k], &w = v.w[l * pixels_ + k], &e = v.e[l * pixels_ + k];
      x = w = Real(1) / static_cast<Real>(states_);
      for (std::size_t i = 0; i < directions_; ++i) {
        const Real share = weights_.share[l][i], z = at_pixel(now_.z, i, k);
        const Real feasible =
            bounded ? std::clamp(z, -bound<Real>, bound<Real>) : at_pixel(now_.feasible, i, k);
        x += share * z;
        w += share * feasible;
        if (!bounded) e += penalties * share * (at_pixel(now_.constrained, i, k) - feasible);
      }
      if (bounded) x = w;
      v.m[l * pixels_ + k] = x * v.s[k];
    }
    const std::size_t field = bounded ? 0 : l;
    const Real share = bounded ? weights_.share[l][0] : Real(1);
    for (const std::size_t axis : {0, 1}) {
      for (std::size_t k = 0; k < pixels_; ++k) {
        const Real point = at_pixel(now_.gradient, axis * weights_.fields + field, k);
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
  const bool bounded = states_ == 2;
  for_runs(shape_, 0, pixels_, [&](const PixelRun& run) {
    for (std::size_t k = 0; k < run.count; ++k) {
      const std::size_t pixel = run.begin + k, before = k == 0 ? run.before : pixel - 1,
                        above = run.above + k;
      std::array<Real, rum_tv_max_states> rest{};
      Real mean = 0;
      for (std::size_t l = 0; l < states_; ++l) {
        const std::size_t x = l * pixels_, y = (states_ + l) * pixels_;
        rest[l] = -(v.c[x + pixel] * v.s[pixel] + v.d[x + before] - v.d[x + pixel] + v.d[y + above] -
                    v.d[y + pixel]);
        mean += rest[l] / static_cast<Real>(states_);
      }
      for (std::size_t l = 0; l < states_; ++l)
        v.e[l * pixels_ + pixel] = bounded ? rest[l] : v.e[l * pixels_ + pixel] + mean;
    }
    if (!bounded) return;
    for (std::size_t plane = 0; plane < 2 * states_; ++plane) {
      const auto difference = v.difference(run, &v.x[plane % states_ * pixels_], plane < states_);
      Real* u = &v.u[plane * pixels_ + run.begin];
      for (std::size_t k = 0; k < run.count; ++k) u[k] = u[k] != 0 ? difference[k] : Real(0);
    }
  });
  return kkt_residuals(v, equations, 1, lambda_, rho_, *links_, sample_);
}

template RumVariables<float> RumTv<float>::variables_of_ten(const NormalEquations&) const;
template RumVariables<double> RumTv<double>::variables_of_ten(const NormalEquations&) const;
template KktResiduals RumTv<float>::kkt(const NormalEquations&) const;
template KktResiduals RumTv<double>::kkt(const NormalEquations&) const;

}  // namespace phasecast
