#include "stages/rum_x_step.hpp"

#include "stages/parallel.hpp"

namespace phasecast {
namespace {

/// out = K plane, with the five-point Laplacian in −Δ = ∇ᵀ∇.
template <class Real>
void apply_k(const PixelRun& run, const Real* s, const Real* plane, RunBuffer<Real>& out) {
  RunBuffer<Real> left, right;
  copy_left(run, plane, left);
  copy_right(run, plane, right);
  const Real *here = plane + run.begin, *above = plane + run.above, *below = plane + run.below;
  s += run.begin;
  for (std::size_t k = 0; k < run.count; ++k)
    out[k] = (s[k] * s[k] + 5) * here[k] - left[k] - right[k] - above[k] - below[k];
}

/// Adds ∇ᵀ(u − d) to `out`.
template <class Real>
void add_divergence(const PixelRun& run, const RumVariables<Real>& v, std::size_t state,
                    RunBuffer<Real>& out) {
  const std::size_t along_x = state * v.shape.pixels(), along_y = along_x + v.states * v.shape.pixels();
  RunBuffer<Real> u_left, d_left;
  copy_left(run, &v.u[along_x], u_left);
  copy_left(run, &v.d[along_x], d_left);
  const Real *u_x = &v.u[along_x + run.begin], *d_x = &v.d[along_x + run.begin];
  const Real *u_y = &v.u[along_y + run.begin], *d_y = &v.d[along_y + run.begin];
  const Real *u_above = &v.u[along_y + run.above], *d_above = &v.d[along_y + run.above];
  for (std::size_t k = 0; k < run.count; ++k)
    out[k] += (u_left[k] - d_left[k]) - (u_x[k] - d_x[k]) + (u_above[k] - d_above[k]) - (u_y[k] - d_y[k]);
}

/// Sum of body(run) over all runs.
template <class Body>
double sum_runs(Shape shape, const Body& body) {
  return sum_blocks<1>(shape.pixels(), [&](std::size_t begin, std::size_t end) {
    std::array<double, 1> sum{};
    for_runs(shape, begin, end, [&](const PixelRun& run) { sum[0] += body(run); });
    return sum;
  })[0];
}

}  // namespace

template <class Real>
XStep<Real>::XStep(Shape shape)
    : residual_(shape.pixels()), direction_(shape.pixels()), image_(shape.pixels()) {}

template <class Real>
void XStep<Real>::update_x(RumVariables<Real>& v, int steps) {
  for (std::size_t state = 0; state < v.states; ++state) {
    double squared_residual = start(v, state);
    double beta = 0;
    for (int step = 0; step < steps; ++step) {
      const double curvature = turn(v, static_cast<Real>(beta));
      if (curvature == 0) break;  // the residual is zero
      const double next = advance(v, state, static_cast<Real>(squared_residual / curvature));
      beta = next / squared_residual;
      squared_residual = next;
    }
  }
}

/// r = rhs − K x; returns ‖r‖².
template <class Real>
double XStep<Real>::start(const RumVariables<Real>& v, std::size_t state) {
  const std::size_t plane = state * v.shape.pixels();
  return sum_runs(v.shape, [&](const PixelRun& run) {
    const std::size_t first = plane + run.begin;
    const Real *m = &v.m[first], *c = &v.c[first], *w = &v.w[first], *e = &v.e[first], *s = &v.s[run.begin];
    RunBuffer<Real> image, rhs;
    apply_k(run, v.s.data(), &v.x[plane], image);
    for (std::size_t k = 0; k < run.count; ++k) rhs[k] = (m[k] - c[k]) * s[k] + w[k] - e[k];
    add_divergence(run, v, state, rhs);
    Real* r = &residual_[run.begin];
    for (std::size_t k = 0; k < run.count; ++k) r[k] = rhs[k] - image[k];
    return dot(r, r, run.count);
  });
}

/// p = r + β p and, K being linear, K p = K r + β K p; returns pᵀK p.
template <class Real>
double XStep<Real>::turn(const RumVariables<Real>& v, Real beta) {
  return sum_runs(v.shape, [&](const PixelRun& run) {
    RunBuffer<Real> image_of_residual;
    apply_k(run, v.s.data(), residual_.data(), image_of_residual);
    const Real* r = &residual_[run.begin];
    Real *p = &direction_[run.begin], *image = &image_[run.begin];
    for (std::size_t k = 0; k < run.count; ++k) {
      p[k] = r[k] + beta * p[k];
      image[k] = image_of_residual[k] + beta * image[k];
    }
    return dot(p, image, run.count);
  });
}

/// x += α p, r −= α K p; returns ‖r‖².
template <class Real>
double XStep<Real>::advance(RumVariables<Real>& v, std::size_t state, Real alpha) {
  return sum_runs(v.shape, [&](const PixelRun& run) {
    const Real *p = &direction_[run.begin], *image = &image_[run.begin];
    Real *x = &v.x[state * v.shape.pixels() + run.begin], *r = &residual_[run.begin];
    for (std::size_t k = 0; k < run.count; ++k) {
      x[k] += alpha * p[k];
      r[k] -= alpha * image[k];
    }
    return dot(r, r, run.count);
  });
}

template class XStep<float>;
template class XStep<double>;

}  // namespace phasecast
