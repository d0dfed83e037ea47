#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "messages/image.hpp"

namespace phasecast {

/// What lies beyond the image: nothing, or (the paper's choice) its opposite side.
enum class Border { open, periodic };

/// Which neighbors are compared: those that are both in the sample.
struct Links {
  Shape shape;
  std::vector<std::uint8_t> right;  ///< [N], 1 where the pixel and the one to its right are linked
  std::vector<std::uint8_t> below;

  Links(Shape shape, std::span<const std::uint8_t> sample, Border border);
};

}  // namespace phasecast
