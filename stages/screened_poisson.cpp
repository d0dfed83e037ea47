#include "stages/screened_poisson.hpp"

#include "stages/parallel.hpp"

namespace phasecast {
namespace {

/// out = ∇ᵀ∇ z and the number of links of each pixel.
template <class Real>
void laplacian(const Links& links, const PixelRun& run, const Real* z, RunBuffer<Real>& out,
               RunBuffer<Real>& degree) {
  RunBuffer<Real> left, right;
  RunBuffer<std::uint8_t> link_left;
  copy_left(run, z, left);
  copy_right(run, z, right);
  copy_left(run, links.right.data(), link_left);
  const Real *here = z + run.begin, *above = z + run.above, *below = z + run.below;
  const std::uint8_t *to_right = &links.right[run.begin], *to_below = &links.below[run.begin],
                     *from_above = &links.below[run.above];
  for (std::size_t k = 0; k < run.count; ++k) {
    const auto r = static_cast<Real>(to_right[k]), b = static_cast<Real>(to_below[k]),
               l = static_cast<Real>(link_left[k]), a = static_cast<Real>(from_above[k]);
    degree[k] = r + b + l + a;
    out[k] = degree[k] * here[k] - l * left[k] - r * right[k] - a * above[k] - b * below[k];
  }
}

template <class Body>
double sum_runs(Shape shape, const Body& body) {
  return sum_blocks<1>(shape.pixels(), [&](std::size_t begin, std::size_t end) {
    std::array<double, 1> sum{};
    for_runs(shape, begin, end, [&](const PixelRun& run) { sum[0] += body(run); });
    return sum;
  })[0];
}

}  // namespace

Links::Links(Shape image, std::span<const std::uint8_t> sample, Border border)
    : shape(image), right(image.pixels()), below(image.pixels()) {
  const auto width = static_cast<std::size_t>(shape.width);
  const bool wraps = border == Border::periodic;
  for_runs(shape, 0, right.size(), [&](const PixelRun& run) {
    for (std::size_t k = 0; k < run.count; ++k) {
      const std::size_t here = run.begin + k, next = k + 1 < run.count ? here + 1 : run.after_last,
                        under = run.below + k;
      right[here] = sample[here] && sample[next] && (wraps || (here + 1) % width != 0);
      below[here] = sample[here] && sample[under] && (wraps || under > here);
    }
  });
}

template <class Real>
void ScreenedPoisson<Real>::solve(const Links& links, std::span<const Real> weight, Real rho,
                                  std::span<const Real> rhs, int steps, std::span<Real> z) {
  const Shape shape = links.shape;
  // r = rhs − K z, p = r / diag K
  double product = sum_runs(shape, [&](const PixelRun& run) {
    RunBuffer<Real> curl, degree;
    laplacian(links, run, z.data(), curl, degree);
    Real *r = &residual_[run.begin], *p = &direction_[run.begin];
    const Real *w = &weight[run.begin], *right_side = &rhs[run.begin], *here = &z[run.begin];
    for (std::size_t k = 0; k < run.count; ++k) {
      r[k] = right_side[k] - w[k] * here[k] - rho * curl[k];
      p[k] = r[k] / (w[k] + rho * degree[k]);
    }
    return dot(r, p, run.count);
  });
  for (int step = 0; step < steps && product > 0; ++step) {
    const double curvature = sum_runs(shape, [&](const PixelRun& run) {
      RunBuffer<Real> curl, degree;
      laplacian(links, run, direction_.data(), curl, degree);
      Real* image = &image_[run.begin];
      const Real *w = &weight[run.begin], *p = &direction_[run.begin];
      for (std::size_t k = 0; k < run.count; ++k) image[k] = w[k] * p[k] + rho * curl[k];
      return dot(p, image, run.count);
    });
    const Real alpha = static_cast<Real>(product / curvature);
    const bool last = step + 1 == steps;
    const double next = sum_runs(shape, [&](const PixelRun& run) {
      Real *r = &residual_[run.begin], *here = &z[run.begin];
      const Real *p = &direction_[run.begin], *image = &image_[run.begin];
      for (std::size_t k = 0; k < run.count; ++k) here[k] += alpha * p[k];
      if (last) return 0.0;
      RunBuffer<std::uint8_t> link_left;
      copy_left(run, links.right.data(), link_left);
      const std::uint8_t *to_right = &links.right[run.begin], *to_below = &links.below[run.begin],
                         *from_above = &links.below[run.above];
      const Real* w = &weight[run.begin];
      RunBuffer<Real> preconditioned;
      for (std::size_t k = 0; k < run.count; ++k) {
        r[k] -= alpha * image[k];
        const auto degree = static_cast<Real>(to_right[k] + to_below[k] + link_left[k] + from_above[k]);
        preconditioned[k] = r[k] / (w[k] + rho * degree);
      }
      std::copy_n(preconditioned.begin(), run.count, &image_[run.begin]);
      return dot(r, preconditioned.data(), run.count);
    });
    if (last) break;
    const Real beta = static_cast<Real>(next / product);
    for_blocks(shape.pixels(), [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) direction_[k] = image_[k] + beta * direction_[k];
    });
    product = next;
  }
}

template class ScreenedPoisson<float>;
template class ScreenedPoisson<double>;

}  // namespace phasecast
