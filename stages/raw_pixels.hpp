#pragma once

#include <cstddef>
#include <span>

#include "messages/image.hpp"

namespace phasecast {

/// Pixels as they came, or as mean of several frames; empty: none. They need not be aligned.
struct RawPixels {
  std::span<const std::byte> bytes;
  PixelType type = PixelType::float32;

  bool empty() const { return bytes.empty(); }
};

inline RawPixels mean_pixels(std::span<const float> mean) {
  return {std::as_bytes(mean), PixelType::float32};
}

}  // namespace phasecast
