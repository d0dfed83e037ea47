#include "stages/bm3d_image.hpp"

#include <limits>

#include "stages/simd.hpp"

namespace phasecast::blocks {

namespace {

constexpr int cache_line = 16;  // floats
constexpr int page = 1024;      // floats

constexpr int round_up(int n, int multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

}  // namespace

std::ptrdiff_t pitch_for(int width) {
  const int rounded = round_up(width, cache_line);
  return rounded % page == 0 ? rounded + cache_line : rounded;
}

FramedImage::FramedImage(Shape shape, int reach)
    : shape_(shape),
      top_(reach),
      left_(round_up(reach, cache_line)),
      pitch_(pitch_for(static_cast<int>(left_) + shape.width + reach + 4 * simd::lanes)),
      values_(static_cast<std::size_t>((shape.height + 2 * reach + patch) * pitch_),
              std::numeric_limits<float>::quiet_NaN()) {}

}  // namespace phasecast::blocks
