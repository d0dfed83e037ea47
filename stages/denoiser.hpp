#pragma once

#include <functional>
#include <span>

#include "messages/image.hpp"

namespace phasecast {

/// A plug-and-play prior: removes white Gaussian noise of standard deviation `sigma` (in the units of the
/// values) from one image, the U-step of eq. (20). Values are finite and may have any range; `noisy` and
/// `denoised` are [height][width] and do not overlap. The image has borders: it is not periodic.
using Denoiser =
    std::function<void(Shape shape, std::span<const float> noisy, float sigma, std::span<float> denoised)>;

}  // namespace phasecast
