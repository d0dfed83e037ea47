#pragma once

#include <tbb/parallel_for.h>

#include <cstddef>
#include <span>
#include <vector>

#include "stages/network.hpp"

namespace phasecast {

struct FeatureSize {
  int channels = 0, height = 0, width = 0;

  std::size_t row() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels); }
  std::size_t values() const { return row() * static_cast<std::size_t>(height); }
  bool operator==(const FeatureSize&) const = default;
};

/// What flows between the layers of a network: [height][width][channels], so that rows, and strips of rows,
/// are contiguous.
struct Features {
  FeatureSize size;
  float* data = nullptr;

  float* row(int y) const { return data + size.row() * static_cast<std::size_t>(y); }
};

/// body(y) for every row, in parallel.
template <class Body>
void for_rows(int height, const Body& body) {
  tbb::parallel_for(tbb::blocked_range<int>(0, height, 8), [&](const auto& rows) {
    for (int y = rows.begin(); y != rows.end(); ++y) body(y);
  });
}

void rectify(Features in, float slope, Features out);
void apply_affine(Features in, std::span<const float> weight, std::span<const float> bias, Features out);
void combine(LayerKind add_subtract_or_multiply, Features a, Features b, Features out);
void concatenate(std::span<const Features> in, Features out);
void space_to_depth(Features in, int block, Features out);
/// With `accumulate`, adds to what `out` holds.
void depth_to_space(Features in, int block, bool channel_first, bool accumulate, Features out);
void pad(Features in, Margins margins, PadMode mode, Features out);

}  // namespace phasecast
