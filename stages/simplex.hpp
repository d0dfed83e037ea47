#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace phasecast {

/// Moves each of `count` points to the nearest one with v >= 0, Σv = 1; plane[l][k] is coordinate l of point
/// k.
///
/// That is max(v − θ, 0) with θ = max_j (v_(1) + ... + v_(j) − 1) / j over the values in descending order.
/// All points are sorted at once by the same comparisons, so that the loops over points vectorize.
template <class Real, std::size_t Count, std::size_t MaxStates>
void project_on_simplex(std::array<std::array<Real, Count>, MaxStates>& plane, std::size_t states,
                        std::size_t count) {
  auto sorted = plane;
  for (std::size_t pass = 1; pass < states; ++pass) {
    for (std::size_t l = 0; l + pass < states; ++l) {
      for (std::size_t k = 0; k < count; ++k) {
        const Real a = sorted[l][k], b = sorted[l + 1][k];
        sorted[l][k] = std::max(a, b);
        sorted[l + 1][k] = std::min(a, b);
      }
    }
  }
  std::array<Real, Count> sum, theta;
  std::fill_n(sum.begin(), count, Real(-1));
  std::fill_n(theta.begin(), count, -std::numeric_limits<Real>::max());
  for (std::size_t l = 0; l < states; ++l) {
    for (std::size_t k = 0; k < count; ++k) {
      sum[k] += sorted[l][k];
      theta[k] = std::max(theta[k], sum[k] / static_cast<Real>(l + 1));
    }
  }
  for (std::size_t l = 0; l < states; ++l)
    for (std::size_t k = 0; k < count; ++k) plane[l][k] = std::max(plane[l][k] - theta[k], Real(0));
}

}  // namespace phasecast
