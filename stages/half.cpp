#include "stages/half.hpp"

#include <algorithm>
#include <cstddef>

#include "stages/simd.hpp"

namespace phasecast {

namespace {

/// Converts a vector at a time; what is left goes through one that is filled up.
template <class From, class To, class Convert>
void convert_all(std::span<const From> from, std::span<To> to, const Convert& convert) {
  constexpr std::size_t step = simd::lanes;
  std::size_t i = 0;
  for (; i + step <= from.size(); i += step) convert(&from[i], &to[i]);
  if (i == from.size()) return;
  From last_from[step] = {};
  To last_to[step];
  std::copy(from.begin() + static_cast<std::ptrdiff_t>(i), from.end(), last_from);
  convert(last_from, last_to);
  std::copy_n(last_to, from.size() - i, &to[i]);
}

}  // namespace

void to_half(std::span<const float> values, std::span<Half> halves) {
  convert_all(values, halves, [](const float* from, Half* to) {
    simd::store(to, simd::to_half(simd::load<simd::Lanes>(from)));
  });
}

void to_float(std::span<const Half> halves, std::span<float> values) {
  convert_all(halves, values, [](const Half* from, float* to) {
    simd::store(to, simd::to_float(simd::load<simd::HalfLanes>(from)));
  });
}

}  // namespace phasecast
