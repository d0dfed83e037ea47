#include "stages/links.hpp"

#include <algorithm>

#include "stages/parallel.hpp"

namespace phasecast {

Links::Links(Shape image, std::span<const std::uint8_t> sample, Border border)
    : shape(image), right(image.pixels()), below(image.pixels()) {
  const std::size_t width = static_cast<std::size_t>(shape.width), pixels = right.size();
  // Bytes may alias anything: pointers of their own let the loops vectorize.
  const auto link_to = [from = sample.data()](std::size_t here, std::size_t there, std::size_t count,
                                              std::uint8_t* __restrict out) {
    const std::uint8_t *a = from + here, *b = from + there;
    for (std::size_t k = 0; k < count; ++k) out[k] = (a[k] != 0) & (b[k] != 0);
  };
  for_blocks(static_cast<std::size_t>(shape.height), 64, [&](std::size_t first, std::size_t last) {
    for (std::size_t begin = first * width; begin < last * width; begin += width) {
      link_to(begin, begin + 1, width - 1, &right[begin]);
      link_to(begin, begin + width == pixels ? 0 : begin + width, width, &below[begin]);
      if (border == Border::periodic) link_to(begin + width - 1, begin, 1, &right[begin + width - 1]);
    }
  });
  if (border == Border::open) std::fill(below.end() - shape.width, below.end(), std::uint8_t{0});
}

}  // namespace phasecast
