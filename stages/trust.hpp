#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "messages/phase_map.hpp"
#include "stages/lcf.hpp"
#include "stages/moments.hpp"

namespace phasecast {

// How much of the element a pixel holds is judged by its edge jump in absorbance, scale ÷ noise gain: the
// scale itself, but for edge_step normalization, where the scale is about 1 and the jump is the edge step.

/// Mask [N] of PixelMask: bad_pixel where unusable, no_element where the jump is below `threshold`.
std::vector<std::uint8_t> mask_pixels(const NormalEquations& equations, std::span<const double> scale,
                                      double threshold);

/// Typical scale in the sample (s̃: median of what is not masked; always positive) and the jump below which
/// there is no element.
///
/// Otsu's threshold splits the jumps in two. If the lower half's median is below 0.25 of the upper half's, it
/// is empty background; else the sample fills the image. Masked is what is below
///   - 5 standard deviations of the jump's noise,
///   - 0.2 of the typical jump (the upper half's median; of all pixels where nothing is empty),
///   - the empty background's median + 5 robust standard deviations, but not more than Otsu's threshold: the
///     background of real scans has a spectrum of its own, well above the noise (0.03 to 0.17 with noise 0.01
///     in the ALS Fe scan).
/// If nothing stands out of the noise, everything is masked: the threshold is infinite and the typical
/// scale 1.
struct ScaleStatistics {
  double typical = 0;
  double mask_below = 0;
};
ScaleStatistics scale_statistics(const NormalEquations& equations, std::span<const double> scale,
                                 double noise_sigma);

/// Noise σ of one absorbance value (per energy), from the median over pixels of the misfit. The misfit of
/// references and background fitted together is white; the residual of Y' is not: an extrapolated pre-edge
/// polynomial brings its own error (with order 1 on the ALS scan, 2.5 times the noise).
double estimate_noise(const NormalEquations& equations);

/// Noise gain of a typical pixel in the sample: 1, or 1/edge step.
double typical_noise_gain(const NormalEquations& equations);

/// RMS of y − s A x over the energies received, per pixel. [N] NaN where unusable.
std::vector<float> residual_map(const NormalEquations& equations, std::span<const float> fraction,
                                std::span<const float> scale);

/// One standard deviation of each fraction from noise σ alone, by first-order propagation of the
/// least-squares covariance through x = z / Σz. [L][N] NaN where unusable, infinite where the scale is 0.
std::vector<float> uncertainty_map(const NormalEquations& equations, std::span<const float> fraction,
                                   std::span<const float> scale, double noise_sigma);

}  // namespace phasecast
