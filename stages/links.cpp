#include "stages/links.hpp"

#include <algorithm>

#include "stages/parallel.hpp"

namespace phasecast {

Links::Links(Shape image, std::span<const std::uint8_t> sample, Border border)
    : shape(image), right(image.pixels()), below(image.pixels()) {
  const std::size_t width = static_cast<std::size_t>(shape.width), pixels = right.size();
  const auto link = [&](std::size_t here, std::size_t there) {
    return static_cast<std::uint8_t>((sample[here] != 0) & (sample[there] != 0));
  };
  for_blocks(static_cast<std::size_t>(shape.height), 64, [&](std::size_t first, std::size_t last) {
    for (std::size_t begin = first * width; begin < last * width; begin += width) {
      for (std::size_t k = begin; k + 1 < begin + width; ++k) right[k] = link(k, k + 1);
      const std::size_t under = begin + width == pixels ? 0 : begin + width;
      for (std::size_t x = 0; x < width; ++x) below[begin + x] = link(begin + x, under + x);
      if (border == Border::periodic) right[begin + width - 1] = link(begin + width - 1, begin);
    }
  });
  if (border == Border::open) std::fill(below.end() - shape.width, below.end(), std::uint8_t{0});
}

}  // namespace phasecast
