#pragma once

#include "stages/lcf.hpp"
#include "stages/rum_tv.hpp"
#include "stages/unmix_problem.hpp"

namespace phasecast {

/// Noise over signal of one pixel's fractions before any prior: ν = g σ / (√μ s̃), with g the typical noise
/// gain and μ the curvature of the data term on the plane Σx = const: the geometric mean over its directions.
double relative_noise(const NormalEquations& equations, double noise_sigma, double typical_scale);

/// λ = c g σ √(2 μ) s̃. For two states √(2 μ) = ‖a₁ − a₂‖. Measured to be within 0.2 dB of the best while the
/// noise is weak, ν < weak_noise (decision 0002); costs nothing.
double lambda_by_rule(const NormalEquations& equations, double noise_sigma, double typical_scale);

/// Relative noise up to which the rule is good enough.
inline constexpr double weak_noise = 0.25;

/// The λ of least estimated risk of RUM-TV, for noise of any strength and any sample (decision 0005). The
/// data are split in two by adding α w and −w/α with the noise's own covariance: independent, so that the
/// misfit of one half's map to the other is the risk up to a constant, whatever the method (coupled
/// bootstrap; Oliveira, Lei and Tibshirani 2022). Searches around `problem.lambda`, with some
/// four solves on a Collage of the image.
///
/// `solver` is of the image's shape and takes part. Afterwards it is started: near the map of this weight,
/// where the image was searched whole, else from the least squares.
double lambda_of_least_risk(const UnmixProblem& problem, const LcfResult& least_squares,
                            RumTv<float>& solver);
double lambda_of_least_risk(const UnmixProblem& problem, const LcfResult& least_squares);

}  // namespace phasecast
