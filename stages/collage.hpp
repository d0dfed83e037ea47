#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/image.hpp"

namespace phasecast {

/// Pieces of a large image side by side, to try something on fewer pixels: the cells of a grid that hold the
/// most sample, in no particular neighborhood of each other. One row and column of every piece stays empty,
/// so that pieces are not neighbors.
struct Collage {
  static constexpr std::size_t no_pixel = static_cast<std::size_t>(-1);

  Shape shape;
  std::vector<std::size_t> source;  ///< [pixels of `shape`] the image's pixel, or no_pixel
  bool whole = false;               ///< the image as it is

  /// `values` [planes][N] of the image as [planes][pixels of `shape`], `empty` where there is no pixel.
  template <class Value>
  std::vector<Value> take(std::span<const Value> values, std::size_t image_pixels, Value empty) const {
    std::vector<Value> taken(values.size() / image_pixels * source.size(), empty);
    for (std::size_t k = 0; k < taken.size(); ++k)
      if (const std::size_t from = source[k % source.size()]; from != no_pixel)
        taken[k] = values[k / source.size() * image_pixels + from];
    return taken;
  }
};

/// Of some 260,000 pixels; an image of less than three times that is taken whole.
Collage collage_of(Shape shape, std::span<const std::uint8_t> sample);

}  // namespace phasecast
