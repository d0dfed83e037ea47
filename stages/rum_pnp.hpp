#pragma once

#include "stages/denoiser.hpp"
#include "stages/moments.hpp"

namespace phasecast {

/// RUM-PnP where the prior sees what it is made for: white noise of known strength, everywhere the same
/// (pipeline/decisions/0006).
///
/// The eigenvectors V of G = AᵀA turn b = AᵀY into L maps V ᵀb / √μ whose noise is independent, white and of
/// the absorbance's own σ, whatever the scale s of a pixel: an amount is denoised, not a fraction. The map of
/// the largest μ, nearly the amount of element, is almost free of noise; the others are denoised as what
/// deviates from their typical share of it, so that the edges of the sample do not show in them.
///
/// Returns the equations with the projection denoised. Their constrained least squares (lcf) is the map: it
/// divides the scale out and enforces (6)'s constraints exactly. `noise_sigma` is σ of one absorbance value.
NormalEquations denoise_whitened(const NormalEquations& equations, double noise_sigma,
                                 const Denoiser& denoiser);

}  // namespace phasecast
