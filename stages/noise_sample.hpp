#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "messages/image.hpp"

namespace phasecast {

/// The noise of a frame is estimated from 2¹⁴ of its pixels or all, which know a median to one
/// percent, in runs of neighbors: a run is a few
/// cache lines, so that a large frame need not be read for it. Which ones never changes.
struct NoiseSample {
  static constexpr std::size_t wanted = 16384;
  static constexpr std::size_t run = 32;

  explicit NoiseSample(Shape of)
      : pixels(of.pixels()),
        step(run * std::max<std::size_t>(1, (pixels + wanted - 1) / wanted)),
        runs((pixels + step - 1) / step) {}

  /// Somewhere in each step, so that runs do not line up in columns.
  std::size_t first(std::size_t k) const {
    const auto scattered = static_cast<std::uint32_t>(k) * 2654435769u >> 8;
    return std::min(k * step + scattered % (step - run + 1), pixels);
  }
  /// Pixels of run k that have a next pixel.
  std::size_t count(std::size_t k) const { return std::min(run, pixels - std::min(first(k) + 1, pixels)); }

  std::size_t pixels, step, runs;
};

/// Standard deviation of normal noise over the median absolute difference of neighbors: 1 / (√2 ·
/// 0.67448975).
inline constexpr double sd_per_median_difference = 1.0483580;

}  // namespace phasecast
