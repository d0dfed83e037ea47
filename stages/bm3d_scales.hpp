#pragma once

#include "stages/bm3d_image.hpp"

namespace phasecast::blocks {

/// Sums of 2 × 2 pixels, halved: white noise keeps its variance. A last odd row or column is left out.
FramedImage halved(const FramedImage& image, int reach);

/// Replaces the low spatial frequencies of `estimate` by those of `coarse`, an estimate of what it looks like
/// halved. Near the limit of its resolution `coarse` knows less than `estimate`, so only the smooth part of
/// their difference is used, as Facciolo et al., "Conservative scale recomposition for multiscale denoising"
/// (2017).
void correct_low_frequencies(const FramedImage& coarse, FramedImage& estimate);

}  // namespace phasecast::blocks
