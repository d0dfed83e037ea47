#pragma once

#include <cstddef>
#include <vector>

#include "messages/image.hpp"

namespace phasecast::blocks {

/// BM3D's patches are patch × patch pixels.
inline constexpr int patch = 8;

/// An image with a margin of NaN: a patch that reaches out of the image is at no distance to any other.
class FramedImage {
 public:
  /// Patches displaced by up to `reach` can be read anywhere in the image.
  FramedImage(Shape shape, int reach);

  Shape shape() const { return shape_; }
  std::ptrdiff_t pitch() const { return pitch_; }
  float* at(int y, int x) { return values_.data() + offset(y, x); }
  const float* at(int y, int x) const { return values_.data() + offset(y, x); }

 private:
  std::ptrdiff_t offset(int y, int x) const { return (y + top_) * pitch_ + x + left_; }

  Shape shape_;
  std::ptrdiff_t top_, left_, pitch_;
  std::vector<float> values_;
};

/// `width` floats or a little more: rows a multiple of 4 KiB apart would compete for the same cache lines.
std::ptrdiff_t pitch_for(int width);

}  // namespace phasecast::blocks
