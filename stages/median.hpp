#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace phasecast {

/// Middle value (the upper one of an even number); NaN of none. Reorders the values.
template <class Real>
Real median_of(std::span<Real> values) {
  if (values.empty()) return std::numeric_limits<Real>::quiet_NaN();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

template <class Real>
Real median(std::vector<Real> values) {
  return median_of(std::span(values));
}

/// Calls body(k) for the pixels that statistics of an image are taken from: 2¹⁴ of them know a median to one
/// percent of the spread. Scattered by the golden section, so that no pattern of rows or columns is met.
template <class Body>
void for_sampled_pixels(std::size_t pixels, const Body& body) {
  constexpr std::size_t most = std::size_t{1} << 14;
  constexpr std::uint64_t golden_section = 0x9e3779b97f4a7c15;  // of 2⁶⁴
  if (pixels <= most) {
    for (std::size_t k = 0; k < pixels; ++k) body(k);
    return;
  }
  std::uint64_t place = 0;  // in the image, of 2³²
  for (std::size_t n = 0; n < most; ++n) {
    place += golden_section;
    body(static_cast<std::size_t>((place >> 32) * pixels >> 32));
  }
}

}  // namespace phasecast
