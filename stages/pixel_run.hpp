#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "messages/image.hpp"

namespace phasecast {

inline constexpr std::size_t run_pixels = 512;  // buffers of a run stay in the L1 cache

/// Neighboring pixels of one row, with what the finite differences need to know about its surroundings.
struct PixelRun {
  std::size_t begin;
  std::size_t count;
  std::size_t above;       ///< index of the pixel above `begin`, periodic
  std::size_t below;       ///< index of the pixel below `begin`, periodic
  std::size_t before;      ///< index of the pixel left of `begin`, periodic
  std::size_t after_last;  ///< index of the pixel right of the run's last, periodic
};

/// A value for each pixel of a run.
template <class Real>
using RunBuffer = std::array<Real, run_pixels>;

/// Calls body(run) for the runs that make up the pixels [begin, end).
template <class Body>
void for_runs(Shape shape, std::size_t begin, std::size_t end, const Body& body) {
  const std::size_t width = static_cast<std::size_t>(shape.width), pixels = shape.pixels();
  while (begin < end) {
    const std::size_t row = begin / width * width, row_end = row + width;
    const std::size_t last = std::min({end, row_end, begin + run_pixels});
    body(PixelRun{.begin = begin,
                  .count = last - begin,
                  .above = (row == 0 ? begin + pixels : begin) - width,
                  .below = row_end == pixels ? begin - row : begin + width,
                  .before = begin == row ? row_end - 1 : begin - 1,
                  .after_last = last == row_end ? row : last});
    begin = last;
  }
}

/// The plane's values left of the run's pixels.
template <class Real>
void copy_left(const PixelRun& run, const Real* plane, RunBuffer<Real>& left) {
  left[0] = plane[run.before];
  std::copy_n(plane + run.begin, run.count - 1, left.begin() + 1);
}

/// The plane's values right of the run's pixels.
template <class Real>
void copy_right(const PixelRun& run, const Real* plane, RunBuffer<Real>& right) {
  std::copy_n(plane + run.begin + 1, run.count - 1, right.begin());
  right[run.count - 1] = plane[run.after_last];
}

/// Σ a b in double, in eight lanes: vectorizes without leaving the order of the sum to the compiler.
template <class Real>
double dot(const Real* a, const Real* b, std::size_t count) {
  std::array<double, 8> lane{};
  const std::size_t whole = count / lane.size() * lane.size();
  for (std::size_t i = 0; i < whole; i += lane.size())
    for (std::size_t j = 0; j < lane.size(); ++j)
      lane[j] += static_cast<double>(a[i + j]) * static_cast<double>(b[i + j]);
  for (std::size_t i = whole; i < count; ++i)
    lane[i - whole] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return ((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

}  // namespace phasecast
