#pragma once

#include <span>

#include "messages/image.hpp"

namespace phasecast {

/// Eq. (28) over all states: the root of the mean of the squared errors of every fraction in every pixel (for
/// one map it is (28) to the letter). Values that are NaN on either side are left out; NaN if nothing is
/// left. Both are [L][N] of the same size.
double rmse(std::span<const float> estimate, std::span<const float> truth);

/// Eq. (27) in dB, with MAX the largest value of the estimate as the paper has it: 1 as soon as one pixel is
/// taken for a pure state.
double psnr(std::span<const float> estimate, std::span<const float> truth);

/// Eq. (27) with a MAX that is known: 1 where fractions are compared whatever the estimate.
double psnr(double rmse, double max);

/// Eq. (29) averaged over every whole window of 11 × 11 pixels, weighted by a Gaussian of 1.5 pixels, and
/// then over the states; c1 = 0.01², c2 = 0.03², for a data range of 1 (Wang et al. 2004). Throws
/// std::invalid_argument for images smaller than the window and for values that are not finite.
double ssim(Shape shape, std::span<const float> estimate, std::span<const float> truth);

}  // namespace phasecast
