#include "stages/half.hpp"

#include <cstddef>

#include "stages/simd.hpp"

namespace phasecast {

namespace {

/// Calls body(i) for the whole vectors of [0, n), and rest(i, count) for what is left.
template <class Body, class Rest>
void for_vectors(std::size_t n, const Body& body, const Rest& rest) {
  constexpr std::size_t step = simd::lanes;
  std::size_t i = 0;
  for (; i + step <= n; i += step) body(i);
  if (i < n) rest(i, n - i);
}

}  // namespace

void to_half(std::span<const float> values, std::span<Half> halves) {
  const auto convert = [](const float* from, Half* to) {
    simd::store(to, simd::to_half(simd::load<simd::Lanes>(from)));
  };
  for_vectors(
      values.size(), [&](std::size_t i) { convert(&values[i], &halves[i]); },
      [&](std::size_t i, std::size_t count) {
        float from[simd::lanes] = {};
        Half to[simd::lanes];
        std::memcpy(from, &values[i], count * sizeof(float));
        convert(from, to);
        std::memcpy(&halves[i], to, count * sizeof(Half));
      });
}

void to_float(std::span<const Half> halves, std::span<float> values) {
  const auto convert = [](const Half* from, float* to) {
    simd::store(to, simd::to_float(simd::load<simd::HalfLanes>(from)));
  };
  for_vectors(
      halves.size(), [&](std::size_t i) { convert(&halves[i], &values[i]); },
      [&](std::size_t i, std::size_t count) {
        Half from[simd::lanes] = {};
        float to[simd::lanes];
        std::memcpy(from, &halves[i], count * sizeof(Half));
        convert(from, to);
        std::memcpy(&values[i], to, count * sizeof(float));
      });
}

}  // namespace phasecast
