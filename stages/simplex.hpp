#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "stages/simd.hpp"
#include "stages/unrolled.hpp"

namespace phasecast {

inline constexpr std::size_t simplex_lanes = simd::lanes;  // points sorted together

/// max(v − θ, 0) with θ = max_j (v_(1) + ... + v_(j) − 1) / j over the values in descending order.
template <class Lanes, std::size_t States>
[[gnu::always_inline]] inline void project_lanes_on_simplex(std::array<Lanes, States>& v) {
  std::array<Lanes, States> sorted;  // value by value: a copied array would go through memory
  for (std::size_t l = 0; l < States; ++l) sorted[l] = v[l];
  for (std::size_t pass = 1; pass < States; ++pass)
    for (std::size_t l = 0; l + pass < States; ++l) {
      const Lanes a = sorted[l], b = sorted[l + 1];
      sorted[l] = simd::greater(a, b);
      sorted[l + 1] = simd::lesser(a, b);
    }
  Lanes sum = sorted[0] - 1, theta = sum;
  for (std::size_t l = 1; l < States; ++l) {
    sum += sorted[l];
    const auto count = static_cast<decltype(sum[0] + 0)>(l + 1);
    theta = simd::greater<Lanes>(sum * (1 / count), theta);
  }
  for (Lanes& value : v) value = simd::greater<Lanes>(value - theta, Lanes{});
}

template <std::size_t States, class Plane>
void project_states_on_simplex(Plane& plane, std::size_t count) {
  using Real = typename Plane::value_type::value_type;
  std::array<simd::Vector<Real, simplex_lanes>, States> v{};
  const auto project = [&](std::size_t k, std::size_t bytes) {
    for (std::size_t l = 0; l < States; ++l) std::memcpy(&v[l], &plane[l][k], bytes);
    project_lanes_on_simplex(v);
    for (std::size_t l = 0; l < States; ++l) std::memcpy(&plane[l][k], &v[l], bytes);
  };
  const std::size_t whole = count / simplex_lanes * simplex_lanes;
  for (std::size_t k = 0; k < whole; k += simplex_lanes) project(k, sizeof v[0]);
  if (count > whole) project(whole, (count - whole) * sizeof(Real));
}

/// Moves each of `count` points to the nearest one with v >= 0, Σv = 1; plane[l][k] is coordinate l of point
/// k.
template <class Real, std::size_t Count, std::size_t MaxStates>
void project_on_simplex(std::array<std::array<Real, Count>, MaxStates>& plane, std::size_t states,
                        std::size_t count) {
  unrolled<MaxStates>(states, [&]<std::size_t States>() { project_states_on_simplex<States>(plane, count); });
}

}  // namespace phasecast
