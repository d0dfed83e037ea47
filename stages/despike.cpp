#include "stages/despike.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "stages/median.hpp"
#include "stages/noise_sample.hpp"
#include "stages/parallel.hpp"

namespace phasecast {

namespace {

/// Rows that begin in each block of pixels, in parallel.
template <class Body>
void for_rows(Shape shape, const Body& body) {
  const auto width = static_cast<std::size_t>(shape.width);
  for_blocks(shape.pixels(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t y = (begin + width - 1) / width; y < (end + width - 1) / width; ++y)
      body(static_cast<int>(y));
  });
}

/// Calls body(index) for the up to eight neighbors.
template <class Body>
void for_neighbors(Shape shape, int y, int x, const Body& body) {
  for (int v = std::max(y - 1, 0); v <= std::min(y + 1, shape.height - 1); ++v)
    for (int u = std::max(x - 1, 0); u <= std::min(x + 1, shape.width - 1); ++u)
      if (v != y || u != x)
        body(static_cast<std::size_t>(v) * static_cast<std::size_t>(shape.width) +
             static_cast<std::size_t>(u));
}

struct Range {
  float low = std::numeric_limits<float>::infinity();
  float high = -std::numeric_limits<float>::infinity();
  void include(float v) {  // NaN compares false, and so leaves the range as it is
    low = v < low ? v : low;
    high = v > high ? v : high;
  }
};

/// NaN is replaced, too. A value among NaN alone has nothing to be compared with, nor has any value while the
/// noise (and so the margin) is not known.
bool is_spike(float value, const Range& neighbors, float margin) {
  const bool outside = (value < neighbors.low - margin) | (value > neighbors.high + margin);
  return (value != value) | (outside & (neighbors.low <= neighbors.high));
}

void find_spikes(Shape shape, int y, const float* frame, float margin, std::uint8_t* spike) {
  const auto at_border = [&](int x) {
    Range range;
    for_neighbors(shape, y, x, [&](std::size_t k) { range.include(frame[k]); });
    const std::size_t k =
        static_cast<std::size_t>(y) * static_cast<std::size_t>(shape.width) + static_cast<std::size_t>(x);
    spike[k] = is_spike(frame[k], range, margin);
  };
  const bool inside = y > 0 && y + 1 < shape.height && shape.width > 2;
  if (!inside) {
    for (int x = 0; x < shape.width; ++x) at_border(x);
    return;
  }
  at_border(0);
  at_border(shape.width - 1);
  const float* row = frame + static_cast<std::size_t>(y) * static_cast<std::size_t>(shape.width);
  const float *above = row - shape.width, *below = row + shape.width;
  std::uint8_t* out = spike + (row - frame);
  for (int x = 1; x + 1 < shape.width; ++x) {
    Range range;
    for (int u = x - 1; u <= x + 1; ++u) {
      range.include(above[u]);
      range.include(below[u]);
    }
    range.include(row[x - 1]);
    range.include(row[x + 1]);
    out[x] = is_spike(row[x], range, margin);
  }
}

/// From neighbors that are not spikes themselves: so no value that is read is one that is written.
bool replace(Shape shape, std::size_t k, const std::vector<std::uint8_t>& spike, std::span<float> frame) {
  const auto width = static_cast<std::size_t>(shape.width);
  double sum = 0;
  int count = 0;
  for_neighbors(shape, static_cast<int>(k / width), static_cast<int>(k % width), [&](std::size_t neighbor) {
    if (spike[neighbor]) return;
    sum += frame[neighbor];
    ++count;
  });
  if (count > 0) frame[k] = static_cast<float>(sum / count);
  return count > 0;
}

}  // namespace

double frame_noise(Shape shape, std::span<const float> absorbance) {
  const NoiseSample sample(shape);
  const auto width = static_cast<std::size_t>(shape.width);
  std::vector<float> differences;
  for (std::size_t run = 0; run < sample.runs; ++run)
    for (std::size_t k = sample.first(run); k < sample.first(run) + sample.count(run); ++k) {
      if ((k + 1) % width == 0) continue;
      const float difference = std::abs(absorbance[k + 1] - absorbance[k]);
      if (std::isfinite(difference)) differences.push_back(difference);
    }
  return sd_per_median_difference * median(std::move(differences));
}

std::size_t despike(const DespikeConfig& config, Shape shape, std::span<float> absorbance) {
  if (absorbance.size() != shape.pixels())
    throw std::invalid_argument("a frame of " + std::to_string(absorbance.size()) + " pixels is not " +
                                std::to_string(shape.height) + " by " + std::to_string(shape.width));
  if (!config.enabled) return 0;
  const auto margin = static_cast<float>(config.threshold * frame_noise(shape, absorbance));
  std::vector<std::uint8_t> spike(shape.pixels());
  for_rows(shape, [&](int y) { find_spikes(shape, y, absorbance.data(), margin, spike.data()); });
  const auto replaced = sum_blocks<1>(shape.pixels(), [&](std::size_t begin, std::size_t end) {
    std::array<double, 1> count{};
    for (std::size_t k = begin; k < end; ++k)
      if (spike[k]) count[0] += replace(shape, k, spike, absorbance);
    return count;
  });
  return static_cast<std::size_t>(replaced[0]);
}

}  // namespace phasecast
