#pragma once

#include "stages/bm3d_image.hpp"
#include "stages/bm3d_transform.hpp"

namespace phasecast::bm3d {

/// What one step of BM3D looks at: reference patches every `step` pixels, windows of ± radius, `group` patches.
struct Search {
  int step = 3;
  int radius = 16;
  int group = 8;
};

/// Both read noise of variance 1 and write every pixel of `estimate`. Matches are those of `noisy` in the
/// first, of `pilot` in the second.
void hard_step(const FramedImage& noisy, const FramedImage& matched, const Search& search,
               const Transform& transform, FramedImage& estimate);
void wiener_step(const FramedImage& noisy, const FramedImage& pilot, const Search& search, FramedImage& estimate);

}  // namespace phasecast::bm3d
