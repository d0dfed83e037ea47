#pragma once

#include <cstdint>
#include <span>

#include "stages/moments.hpp"

namespace phasecast {

/// What a solver with a spatial prior is given, newest data first to last.
struct UnmixProblem {
  const NormalEquations& equations;
  std::span<const std::uint8_t> sample;  ///< [N], 1 where a pixel takes part: it holds the element
  double typical_scale = 1;              ///< s̃ of the sample, in the data's units
  double noise_sigma = 0;                ///< σ of one normalized absorbance value in the sample
  double lambda = 0;                     ///< weight of the prior in (7) or (16)
  double rho = 0;                        ///< penalty of (10) or (18); 0: the solver's own choice
};

/// Noise over signal of one pixel's fractions before any prior: ν = σ / (√μ s̃).
double relative_noise(const NormalEquations& equations, double noise_sigma, double typical_scale);

}  // namespace phasecast
