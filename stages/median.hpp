#pragma once

#include <algorithm>
#include <cstddef>
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

/// Statistics of an image are taken from every so many-th pixel: 2¹⁶ of them know a median to half a percent
/// of the spread.
constexpr std::size_t sampling_stride(std::size_t pixels) {
  return pixels / 65536 + 1;
}

}  // namespace phasecast
