#pragma once

#include <cstddef>
#include <span>

#include "messages/image.hpp"

namespace phasecast {

struct DespikeConfig {
  bool enabled = true;
  double threshold = 8;  ///< in noise standard deviations beyond the most extreme neighbor
};

/// Replaces single-pixel spikes (zingers, hot pixels) and NaN in an absorbance frame, in place.
///
/// A pixel is a spike if it lies more than `threshold` noise standard deviations outside the range of its
/// eight neighbors: a line or an edge, however sharp, has a neighbor of its own kind and stays. The noise is
/// estimated from the frame (robustly, from differences of neighbors). The new value is the mean of the valid
/// neighbors; a NaN without any valid neighbor stays NaN (the pixel ends up masked). Returns how many were
/// replaced.
std::size_t despike(const DespikeConfig& config, Shape shape, std::span<float> absorbance);

/// Robust noise standard deviation of one absorbance frame: median absolute difference of horizontal
/// neighbors.
double frame_noise(Shape shape, std::span<const float> absorbance);

}  // namespace phasecast
