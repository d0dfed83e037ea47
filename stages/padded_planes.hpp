#pragma once

#include <tbb/cache_aligned_allocator.h>

#include <cstddef>
#include <vector>

#include "messages/image.hpp"

namespace phasecast {

/// Images of one shape whose rows may be read one pixel beyond either end: there is the row's other end.
/// Above the first row is the last. Up to the next multiple of 16 a row may be written past its end, so that
/// vectors need no remainder.
template <class Real>
class PaddedPlanes {
 public:
  PaddedPlanes(Shape shape, std::size_t count)
      : shape_(shape),
        count_(count),
        pitch_(pitch_of(shape.width)),
        values_(slack + count * static_cast<std::size_t>(shape.height) * pitch_) {}

  /// Row y of a plane; y is any integer.
  Real* row(std::size_t plane, std::ptrdiff_t y) { return values_.data() + offset(plane, y); }
  const Real* row(std::size_t plane, std::ptrdiff_t y) const { return values_.data() + offset(plane, y); }

  /// To be called when a row was written.
  static void close_row(Real* row, std::size_t width) {
    row[-1] = row[width - 1];
    row[width] = row[0];
  }

  /// From a row of a plane to that of the next plane.
  std::size_t pitch() const { return pitch_; }

 private:
  static constexpr std::size_t slack = 16;  // of values; the longest vector has as many

  /// Room for both ends; not a multiple of 4 KiB, at which rows evict each other from the cache.
  static std::size_t pitch_of(int width) {
    const std::size_t pitch = (static_cast<std::size_t>(width) + slack - 1) / slack * slack + slack;
    return pitch * sizeof(Real) % 4096 == 0 ? pitch + slack : pitch;
  }

  std::size_t offset(std::size_t plane, std::ptrdiff_t y) const {
    const int remainder = static_cast<int>(y) % shape_.height;
    const auto row = static_cast<std::size_t>(remainder < 0 ? remainder + shape_.height : remainder);
    return slack + (row * count_ + plane) * pitch_;
  }

  Shape shape_;
  std::size_t count_, pitch_;
  std::vector<Real, tbb::cache_aligned_allocator<Real>> values_;  // rows begin where a cache line does
};

}  // namespace phasecast
