#pragma once

#include <vector>

#include "messages/image.hpp"
#include "tools/simulate/random.hpp"

namespace phasecast {

/// Isotropic Gaussian random field of mean 0 and variance 1: plane waves of random direction and phase whose
/// wavelengths spread about `wavelength_px` by the factor exp(±spread).
Image<float> random_field(Shape shape, double wavelength_px, double spread, Random& random);

/// Distance of each pixel to the nearest pixel where `inside` is 0, in pixels; 0 there. The image's border
/// is not a surface.
Image<float> depth_inside(const Image<std::uint8_t>& inside);

}  // namespace phasecast
