#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace phasecast {

/// The n-th smallest, counted from 0. May reorder the values.
template <class Real>
Real nth_of(std::span<Real> values, std::size_t n) {
  const auto select = [](std::span<Real> from, std::size_t place) {
    const auto nth = from.begin() + static_cast<std::ptrdiff_t>(place);
    std::nth_element(from.begin(), nth, from.end());
    return *nth;
  };
  // Of many it is looked for only among those near it: a histogram says which, and predicts no branches
  // wrong.
  constexpr std::size_t bins = 1024, many = 2 * bins;
  if (values.size() < many) return select(values, n);
  Real low = values[0], high = values[0];
  for (const Real v : values) {
    low = v < low ? v : low;
    high = v > high ? v : high;
  }
  const Real per_unit = Real{bins} / (high - low);
  if (!std::isfinite(high - low) || !std::isfinite(per_unit)) return select(values, n);
  const auto bin_of = [=](Real v) {
    const Real place = (v - low) * per_unit;
    return place < Real{bins - 1} ? static_cast<std::size_t>(place) : bins - 1;
  };
  std::array<std::uint32_t, bins> count{};
  for (const Real v : values) ++count[bin_of(v)];
  std::size_t bin = 0, before = 0;
  for (; before + count[bin] <= n; ++bin) before += count[bin];
  std::size_t found = 0;
  for (Real& v : values)
    if (bin_of(v) == bin) std::swap(values[found++], v);
  return select(values.first(found), n - before);
}

/// Middle value (the upper one of an even number); NaN of none. May reorder the values.
template <class Real>
Real median_of(std::span<Real> values) {
  if (values.empty()) return std::numeric_limits<Real>::quiet_NaN();
  return nth_of(values, values.size() / 2);
}

template <class Real>
Real median(std::vector<Real> values) {
  return median_of(std::span(values));
}

/// Of which statistics are taken: 2¹⁴ of an image's pixels know a median to one percent of the spread.
inline constexpr std::size_t most_sampled_pixels = std::size_t{1} << 14;

/// Calls body(k) for them. Scattered by the golden section, so that no pattern of rows or columns is met.
template <class Body>
void for_sampled_pixels(std::size_t pixels, const Body& body) {
  constexpr std::uint64_t golden_section = 0x9e3779b97f4a7c15;  // of 2⁶⁴
  if (pixels <= most_sampled_pixels) {
    for (std::size_t k = 0; k < pixels; ++k) body(k);
    return;
  }
  std::uint64_t place = 0;  // in the image, of 2³²
  for (std::size_t n = 0; n < most_sampled_pixels; ++n) {
    place += golden_section;
    body(static_cast<std::size_t>((place >> 32) * pixels >> 32));
  }
}

}  // namespace phasecast
