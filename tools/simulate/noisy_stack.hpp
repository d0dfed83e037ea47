#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/spectrum.hpp"
#include "tools/simulate/phantom.hpp"

namespace phasecast {

/// Normalized absorbance in memory, [T][N].
struct Stack {
  Shape shape;
  std::vector<double> energies_ev;  ///< increasing
  std::vector<float> absorbance;

  std::span<const float> frame(std::size_t energy) const {
    return {absorbance.data() + energy * shape.pixels(), shape.pixels()};
  }
};

/// Energies from 8180 to 8562 eV, as dense as nickel_energies() is: each of its steps is divided evenly. With
/// the paper's 969 they are 0.12 eV apart from 8325 to 8375 and 0.6 eV outside. (The paper does not tell its
/// grid.)
std::vector<double> nickel_energies(int count);

/// Y = A X diag(s) + σ R, eq. (5), with R standard normal. References on exactly these energies, one per
/// state of the phantom. σ is in units of the edge jump. Depends on the seed alone, not on threads; another σ
/// with the same seed scales the same noise.
Stack noisy_stack(const Phantom& phantom, std::span<const Spectrum> references, double sigma,
                  std::uint64_t seed);

}  // namespace phasecast
