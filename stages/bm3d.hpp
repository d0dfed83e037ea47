#pragma once

#include "stages/denoiser.hpp"

namespace phasecast {

/// Block matching and three-dimensional filtering, Dabov, Foi, Katkovnik and Egiazarian, "Image denoising by
/// sparse 3-D transform-domain collaborative filtering" (2007), with patches of 8 × 8 pixels.
struct Bm3dConfig {
  int step = 3;         ///< pixels between reference patches, 1 to 8
  int radius = 16;      ///< matches are displaced by up to so many pixels, 1 to 128
  int group = 8;        ///< patches in a group of the first step (hard threshold): a power of two up to 32
  int final_group = 8;  ///< the same for the second (Wiener); 0 ends after the first
  bool scales = true;   ///< correct low spatial frequencies by what is seen at half the resolution
};

inline constexpr Bm3dConfig bm3d_fast{.step = 6, .radius = 9};
inline constexpr Bm3dConfig bm3d_normal{.step = 4, .radius = 9};
inline constexpr Bm3dConfig bm3d_high{.step = 3, .radius = 16};
inline constexpr Bm3dConfig bm3d_best{.step = 3, .radius = 16, .group = 16, .final_group = 32};

/// May be called from several threads. Images are at least 8 × 8. The result does not depend on the number of
/// threads; a constant added to the values is added to the result, a factor of values and sigma scales it. A
/// sigma of 0 returns the input. Throws std::invalid_argument for a configuration, an image or a sigma that
/// is not as said here.
Denoiser bm3d(const Bm3dConfig& config);

}  // namespace phasecast
