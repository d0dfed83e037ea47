#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "messages/image.hpp"
#include "pipeline/scan_source.hpp"

namespace phasecast {

/// What one look at every frame of a scan tells.
struct FrameStatistics {
  struct OfFrame {
    FrameKind kind;
    std::uint32_t energy_index;
    double level;  ///< median
    double mean;   ///< of the finite pixels
    double noise;  ///< standard deviation: 1.048 · median |difference of neighbors|, which edges hardly move
  };
  std::vector<OfFrame> frames;
  double lowest = 0, highest = 0;    ///< of the sample's finite pixels
  std::optional<double> saturation;  ///< the value that saturated pixels have
  std::size_t saturated = 0;         ///< pixels that reach it in some sample frame
  std::size_t dead = 0;  ///< pixels that are the same in all sample frames, of 3 or more, or never finite
};

/// Reads every frame. Throws std::runtime_error where one cannot be read.
FrameStatistics look_at_frames(ScanSource& scan);

}  // namespace phasecast
