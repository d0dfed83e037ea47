#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "messages/phase_map.hpp"
#include "stages/lcf.hpp"
#include "stages/moments.hpp"

namespace phasecast {

/// Mask [N] of PixelMask: bad where unusable, no_element where the scale is below `threshold`.
std::vector<std::uint8_t> mask_pixels(const NormalEquations& equations, std::span<const double> scale,
                                      double threshold);

/// Typical scale in the sample and the scale below which there is no element. Automatic: Otsu's threshold
/// splits the scales in two; the typical scale is the median above it; masked is what is below 0.2 of the
/// typical scale or below 5 standard deviations of the scale's noise. If nothing stands out of the noise,
/// everything is masked.
struct ScaleStatistics {
  double typical = 0;
  double mask_below = 0;
};
ScaleStatistics scale_statistics(const NormalEquations& equations, std::span<const double> scale,
                                 double noise_sigma);

/// Noise σ of one absorbance value (per energy): median over pixels of the residual RMS of the unconstrained
/// least squares fit, over the degrees of freedom; `gain` of edge_step normalization divided out.
double estimate_noise(const NormalEquations& equations);

/// λ = c σ √(2 μ) s̃ with μ the curvature of the data term on the plane Σx = const; for two states √(2 μ) =
/// ‖a₁ − a₂‖.
double automatic_lambda(const NormalEquations& equations, double noise_sigma, double typical_scale);

/// RMS of y − s A x over the energies received, per pixel. [N]
std::vector<float> residual_map(const NormalEquations& equations, std::span<const float> fraction,
                                std::span<const float> scale);

/// One standard deviation of each fraction from noise σ alone, by first-order propagation of the
/// least-squares covariance through x = z / Σz. [L][N]
std::vector<float> uncertainty_map(const NormalEquations& equations, std::span<const float> fraction,
                                   std::span<const float> scale, double noise_sigma);

}  // namespace phasecast
