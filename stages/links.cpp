#include "stages/links.hpp"

#include "stages/pixel_run.hpp"

namespace phasecast {

Links::Links(Shape image, std::span<const std::uint8_t> sample, Border border)
    : shape(image), right(image.pixels()), below(image.pixels()) {
  const auto width = static_cast<std::size_t>(shape.width);
  const bool wraps = border == Border::periodic;
  for_runs(shape, 0, right.size(), [&](const PixelRun& run) {
    for (std::size_t k = 0; k < run.count; ++k) {
      const std::size_t here = run.begin + k, next = k + 1 < run.count ? here + 1 : run.after_last,
                        under = run.below + k;
      right[here] = sample[here] && sample[next] && (wraps || (here + 1) % width != 0);
      below[here] = sample[here] && sample[under] && (wraps || under > here);
    }
  });
}

}  // namespace phasecast
