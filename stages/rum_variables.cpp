#include "stages/rum_variables.hpp"

#include <algorithm>

#include "stages/parallel.hpp"
#include "stages/simplex.hpp"

namespace phasecast {
namespace {

template <class Real>
double squared_norm(const RunBuffer<Real>& values, std::size_t count) {
  return dot(values.data(), values.data(), count);
}

}  // namespace

template <class Real>
RumVariables<Real>::RumVariables(Shape image, std::size_t number_of_states)
    : shape(image), states(number_of_states) {
  for (auto* planes : {&x, &m, &w, &c, &e}) planes->resize(states * shape.pixels());
  for (auto* planes : {&u, &d}) planes->resize(2 * states * shape.pixels());
  for (auto* plane : {&s, &t, &g}) plane->resize(shape.pixels());
}

template <class Real>
void RumVariables<Real>::update_x_plugged() {
  const std::size_t pixels = shape.pixels();
  for_blocks(pixels, [&](std::size_t begin, std::size_t end) {
    for (std::size_t l = 0; l < states; ++l) {
      for (std::size_t k = begin; k < end; ++k) {
        const std::size_t i = l * pixels + k;
        x[i] = ((m[i] - c[i]) * s[k] + (u[i] - d[i]) + (w[i] - e[i])) / (s[k] * s[k] + 2);
      }
    }
  });
}

template <class Real>
void RumVariables<Real>::normalize_x(std::size_t begin, std::size_t end) {
  const std::size_t pixels = shape.pixels();
  for (std::size_t i = begin; i < end; ++i) {
    Real sum = 0;
    for (std::size_t l = 0; l < states; ++l) sum += x[l * pixels + i];
    const Real factor = sum > 0 ? 1 / sum : 1;
    const Real shift = sum > 0 ? 0 : (1 - sum) / static_cast<Real>(states);
    for (std::size_t l = 0; l < states; ++l) x[l * pixels + i] = x[l * pixels + i] * factor + shift;
  }
}

template <class Real>
void RumVariables<Real>::update_s(const PixelRun& run) {
  RunBuffer<Real> projection, weight;
  const Real *t_run = &t[run.begin], *g_run = &g[run.begin];
  for (std::size_t k = 0; k < run.count; ++k) projection[k] = t_run[k] - g_run[k];
  std::fill_n(weight.begin(), run.count, Real(1));
  for (std::size_t l = 0; l < states; ++l) {
    const std::size_t first = l * shape.pixels() + run.begin;
    const Real *x_run = &x[first], *m_run = &m[first], *c_run = &c[first];
    for (std::size_t k = 0; k < run.count; ++k) {
      projection[k] += x_run[k] * (m_run[k] - c_run[k]);
      weight[k] += x_run[k] * x_run[k];
    }
  }
  Real* s_run = &s[run.begin];
  for (std::size_t k = 0; k < run.count; ++k) s_run[k] = projection[k] / weight[k];
}

template <class Real>
void RumVariables<Real>::update_m(const PixelRun& run, const std::vector<Real>& base,
                                  const std::vector<Real>& mixing, RumChanges& changes) {
  std::array<RunBuffer<Real>, rum_max_states> sum;  // X diag(s) + C
  const Real* s_run = &s[run.begin];
  for (std::size_t l = 0; l < states; ++l) {
    const std::size_t first = l * shape.pixels() + run.begin;
    const Real *x_run = &x[first], *c_run = &c[first];
    for (std::size_t k = 0; k < run.count; ++k) sum[l][k] = x_run[k] * s_run[k] + c_run[k];
  }
  for (std::size_t l = 0; l < states; ++l) {
    const std::size_t first = l * shape.pixels() + run.begin;
    RunBuffer<Real> m_new, change;
    std::copy_n(&base[first], run.count, m_new.begin());
    for (std::size_t j = 0; j < states; ++j) {
      const Real factor = mixing[l * states + j];
      for (std::size_t k = 0; k < run.count; ++k) m_new[k] += factor * sum[j][k];
    }
    Real *m_run = &m[first], *c_run = &c[first];
    for (std::size_t k = 0; k < run.count; ++k) {
      const Real c_new = sum[l][k] - m_new[k];
      change[k] = c_new - c_run[k];
      m_run[k] = m_new[k];
      c_run[k] = c_new;
    }
    changes.dual += squared_norm(change, run.count);
  }
}

template <class Real>
RunBuffer<Real> RumVariables<Real>::difference(const PixelRun& run, const Real* plane, bool along_x) const {
  RunBuffer<Real> next;
  if (along_x)
    copy_right(run, plane, next);
  else
    std::copy_n(plane + run.below, run.count, next.begin());
  for (std::size_t k = 0; k < run.count; ++k) next[k] -= plane[run.begin + k];
  return next;
}

template <class Real>
void RumVariables<Real>::update_u(const PixelRun& run, Real threshold, RumChanges& changes) {
  for (std::size_t plane = 0; plane < 2 * states; ++plane) {
    RunBuffer<Real> change = difference(run, &x[plane % states * shape.pixels()], plane < states);
    Real *u_run = &u[plane * shape.pixels() + run.begin], *d_run = &d[plane * shape.pixels() + run.begin];
    for (std::size_t k = 0; k < run.count; ++k) {
      const Real sum = change[k] + d_run[k];
      const Real d_new = std::min(std::max(sum, -threshold), threshold);
      u_run[k] = sum - d_new;  // shrink(sum, threshold)
      change[k] = d_new - d_run[k];
      d_run[k] = d_new;
    }
    changes.dual += squared_norm(change, run.count);
  }
}

template <class Real>
void RumVariables<Real>::update_w(const PixelRun& run, bool on_simplex, RumChanges& changes) {
  std::array<RunBuffer<Real>, rum_max_states> w_new;
  for (std::size_t l = 0; l < states; ++l) {
    const std::size_t first = l * shape.pixels() + run.begin;
    const Real *x_run = &x[first], *e_run = &e[first];
    for (std::size_t k = 0; k < run.count; ++k) w_new[l][k] = x_run[k] + e_run[k];
  }
  if (on_simplex) {
    project_on_simplex(w_new, states, run.count);
  } else {
    for (std::size_t l = 0; l < states; ++l)
      for (std::size_t k = 0; k < run.count; ++k) w_new[l][k] = std::max(w_new[l][k], Real(0));
  }
  const std::uint8_t* valid = &changes.valid[run.begin];
  for (std::size_t l = 0; l < states; ++l) {
    const std::size_t first = l * shape.pixels() + run.begin;
    RunBuffer<Real> disagreement, map_change;
    const Real* x_run = &x[first];
    Real *w_run = &w[first], *e_run = &e[first];
    for (std::size_t k = 0; k < run.count; ++k) {
      disagreement[k] = x_run[k] - w_new[l][k];
      map_change[k] = valid[k] != 0 ? w_new[l][k] - w_run[k] : 0;
      e_run[k] += disagreement[k];
      w_run[k] = w_new[l][k];
    }
    changes.dual += squared_norm(disagreement, run.count);
    changes.map += squared_norm(map_change, run.count);
  }
  changes.valid_pixels +=
      static_cast<double>(run.count) - static_cast<double>(std::count(valid, valid + run.count, 0));
}

template <class Real>
void RumVariables<Real>::update_t(const PixelRun& run, RumChanges& changes) {
  RunBuffer<Real> disagreement;
  const Real* s_run = &s[run.begin];
  Real *t_run = &t[run.begin], *g_run = &g[run.begin];
  for (std::size_t k = 0; k < run.count; ++k) {
    const Real t_new = std::max(s_run[k] + g_run[k], Real(0));
    disagreement[k] = s_run[k] - t_new;
    g_run[k] += disagreement[k];
    t_run[k] = t_new;
  }
  changes.dual += squared_norm(disagreement, run.count);
}

template struct RumVariables<float>;
template struct RumVariables<double>;

}  // namespace phasecast
