#pragma once

#include "stages/bm3d_image.hpp"

namespace phasecast::blocks {

inline constexpr int max_group = 32;

/// What one step of BM3D looks at: reference patches every `step` pixels, windows of ± radius, `group`
/// patches.
struct Search {
  int step = 3;
  int radius = 16;
  int group = 8;
  int stride = 1;
};

/// Both read noise of variance 1 and write every pixel of `estimate`. The first thresholds groups that look
/// alike in `noisy`; the second filters those that look alike in `pilot`, an estimate.
void hard_step(const FramedImage& noisy, const Search& search, float threshold, FramedImage& estimate);
void wiener_step(const FramedImage& noisy, const FramedImage& pilot, const Search& search,
                 FramedImage& estimate);

}  // namespace phasecast::blocks
