#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

#include "messages/result.hpp"
#include "stages/denoiser.hpp"
#include "stages/stack.hpp"

namespace phasecast {

/// The signal subspace of a spectral stack (J. Li et al., "Subspace modeling enabled high-sensitivity X-ray
/// chemical imaging", ICASSP 2023): y ≈ basis · c per pixel, with white noise of σ 1 in every coefficient.
///
/// Noise per energy: what the other energies do not predict by linear regression, σ_t² = 1 / (C⁻¹)_tt of the
/// second moment C (Bioucas-Dias and Nascimento 2008, HySime); below 3e-7 of the signal it is not resolved.
/// Dimension: the eigenvalues of the whitened second moment beyond the largest that noise alone would have
/// (Johnstone 2001: Marchenko-Pastur edge and four Tracy-Widom widths, 1 chance in 10⁴).
struct Subspace {
  Shape shape;
  Eigen::VectorXd noise;            ///< [E], σ of one value of that energy
  Eigen::VectorXd eigenvalues;      ///< [E], decreasing, in units of the noise variance
  double noise_edge = 0;            ///< noise alone stays below
  Eigen::MatrixXd basis;            ///< [E][k], columns σ ∘ v with orthonormal v
  std::vector<float> coefficients;  ///< [k][N], NaN where a value of the pixel is not finite
  std::size_t excluded = 0;         ///< pixels with NaN

  Eigen::Index dimension() const { return basis.cols(); }
  std::span<const float> plane(Eigen::Index i) const {
    return {coefficients.data() + static_cast<std::size_t>(i) * shape.pixels(), shape.pixels()};
  }
};

/// `at_least` dimensions are kept even if they do not stand out of the noise. Two passes over the stack, the
/// first of E² N multiply-adds in double (1 TFLOP for 1000 energies of 1000 × 1000), the second of k E N.
/// Deterministic. Errors: "stack" (no frames), "pixels" (fewer than two per energy with finite values: their
/// noise cannot be told), "frame" (nothing but zeros at an energy).
Result<Subspace> find_subspace(const StackView& stack, int at_least = 1);

/// Denoises each eigen-image with σ = 1. Excluded pixels count as the plane's mean and stay NaN. An empty
/// denoiser leaves the projection as it is.
void denoise(Subspace& subspace, const Denoiser& denoiser);

/// Frame of one energy from the subspace: [N].
void reconstruct(const Subspace& subspace, Eigen::Index energy, std::span<float> frame);

/// Largest eigenvalue of the second moment of `samples` vectors of white noise of length `length`, but for
/// one chance in 10⁴.
double largest_of_noise(std::size_t samples, Eigen::Index length);

}  // namespace phasecast
