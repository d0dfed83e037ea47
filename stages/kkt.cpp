#include "stages/kkt.hpp"

#include <algorithm>
#include <cmath>

#include "stages/parallel.hpp"
#include "stages/simplex.hpp"

namespace phasecast {
namespace {

enum Line {
  amounts,
  gradients,
  constraint,
  scales,
  fractions,
  scale_balance,
  data,
  variation,
  simplex,
  half_line
};
constexpr std::size_t line_count = KktResiduals::lines.size();

/// Squared residual and squared size of each line.
using Sums = std::array<double, 2 * line_count>;

void add(Sums& sums, Line line, double residual, double size) {
  sums[line] += residual * residual;
  sums[line_count + line] += size * size;
}

}  // namespace

double KktResiduals::largest() const {
  return *std::max_element(relative.begin(), relative.end());
}

template <class Real>
KktResiduals kkt_residuals(const RumVariables<Real>& v, const NormalEquations& equations, double unit,
                           double lambda, double rho, const Links& links,
                           std::span<const std::uint8_t> sample) {
  const std::size_t pixels = v.shape.pixels(), states = v.states;
  const Sums sums = sum_blocks<2 * line_count>(pixels, [&](std::size_t begin, std::size_t end) {
    Sums sum{};
    for_runs(v.shape, begin, end, [&](const PixelRun& run) {
      std::array<RunBuffer<Real>, rum_max_states> projected;
      for (std::size_t l = 0; l < states; ++l)
        for (std::size_t k = 0; k < run.count; ++k)
          projected[l][k] = v.w[l * pixels + run.begin + k] + v.e[l * pixels + run.begin + k];
      project_on_simplex(projected, states, run.count);

      RunBuffer<double> balance, balance_size;
      for (std::size_t k = 0; k < run.count; ++k) {
        const std::size_t at = run.begin + k;
        if (!sample[at]) continue;
        balance[k] = balance_size[k] = v.g[at];
        add(sum, scales, v.t[at] - v.s[at], v.s[at]);
        add(sum, half_line, v.t[at] - std::max(v.t[at] + v.g[at], Real(0)), v.t[at]);
      }
      for (std::size_t l = 0; l < states; ++l) {
        const std::size_t plane = l * pixels, upright = states * pixels + plane;
        const auto along_x = v.difference(run, &v.x[plane], true),
                   along_y = v.difference(run, &v.x[plane], false);
        RunBuffer<Real> d_left;
        copy_left(run, &v.d[plane], d_left);
        for (std::size_t k = 0; k < run.count; ++k) {
          if (!sample[run.begin + k]) continue;
          const std::size_t at = plane + run.begin + k, at_y = upright + run.begin + k, pixel = run.begin + k;
          const double x = v.x[at], s = v.s[pixel], c = v.c[at];
          add(sum, amounts, v.m[at] - x * s, v.m[at]);
          add(sum, constraint, v.w[at] - x, x);
          add(sum, simplex, v.w[at] - projected[l][k], v.w[at]);
          balance[k] += x * c;
          balance_size[k] += std::abs(x * c);

          const double divergence = d_left[k] - v.d[at] + v.d[upright + run.above + k] - v.d[at_y];
          add(sum, fractions, c * s + divergence + v.e[at],
              std::abs(c * s) + std::abs(divergence) + std::abs(v.e[at]));

          double misfit = equations.projection[plane + pixel] / unit, size = misfit;
          for (std::size_t j = 0; j < states; ++j)
            misfit -= equations.gram(static_cast<Eigen::Index>(l), static_cast<Eigen::Index>(j)) *
                      v.m[j * pixels + pixel];
          add(sum, data, misfit + rho * c, size);

          const auto split = [&](bool linked, double u, double d, double difference) {
            if (!linked) return;
            add(sum, gradients, u - difference, difference);
            const double excess =
                u != 0 ? rho * d - std::copysign(lambda, u) : std::max(std::abs(rho * d) - lambda, 0.0);
            add(sum, variation, excess, lambda);
          };
          split(links.right[pixel], v.u[at], v.d[at], along_x[k]);
          split(links.below[pixel], v.u[at_y], v.d[at_y], along_y[k]);
        }
      }
      for (std::size_t k = 0; k < run.count; ++k)
        if (sample[run.begin + k]) add(sum, scale_balance, balance[k], balance_size[k]);
    });
    return sum;
  });
  KktResiduals residuals;
  for (std::size_t line = 0; line < line_count; ++line)
    residuals.relative[line] = std::sqrt(sums[line] / std::max(sums[line_count + line], 1e-24));
  return residuals;
}

template KktResiduals kkt_residuals(const RumVariables<float>&, const NormalEquations&, double, double,
                                    double, const Links&, std::span<const std::uint8_t>);
template KktResiduals kkt_residuals(const RumVariables<double>&, const NormalEquations&, double, double,
                                    double, const Links&, std::span<const std::uint8_t>);

}  // namespace phasecast
