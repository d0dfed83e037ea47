#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace phasecast {

/// plane p += Σ_e coefficient(e, p) · y_e for neighboring planes of sums and some energies of a batch.
struct PlaneUpdate {
  int first_plane = 0;
  int planes = 0;
  std::vector<std::size_t> energies;  ///< of the batch, in its order
  std::vector<double> coefficients;   ///< [energies][planes]
};

/// Some pixels of the sums, which lie in planes.
struct SumPixels {
  double* first;              ///< pixel in plane 0
  std::size_t plane_stride;   ///< from a plane to the next
  std::size_t squares_plane;  ///< of Σ weight · y²
  std::size_t count;
};

/// Each sum is loaded once, updated for the energies in order, and stored once: its bits do not depend on how
/// energies were batched. rows[e] has the `count` values of the batch's energy e.
void update_planes(const PlaneUpdate& update, std::span<const float* const> rows, const SumPixels& sums);

/// The same, and squares += weight · y² besides.
void update_planes_and_squares(const PlaneUpdate& update, double weight, std::span<const float* const> rows,
                               const SumPixels& sums);

}  // namespace phasecast
