#pragma once

#include "stages/bm3d_transform.hpp"

namespace phasecast::blocks {

/// Both shrink the coefficients of a group of `Count` transformed patches in the spectrum along the group,
/// for noise of variance 1, and return the weight of the group in the image: 1 / (variance left in it). The
/// mean of the group is never shrunk, so that a constant added to an image is added to the result. They leave
/// every patch `Count` times too large.

inline float sum_of(const Row& row) {
  float sum = 0;
  for (int i = 0; i < patch; ++i) sum += row[i];
  return sum;
}

/// Coefficients up to `threshold` standard deviations are noise.
template <int Count>
float shrink_hard(Patch* group, float threshold) {
  const float limit = threshold * threshold * Count;
  simd::Vector<int, patch> kept{};
  for (std::size_t r = 0; r < patch; ++r) {
    Row rows[Count];
    for (int k = 0; k < Count; ++k) rows[k] = group[k][r];
    hadamard<Count>(rows);
    for (int k = 0; k < Count; ++k) {
      Row limits = limit + Row{};
      if (r == 0 && k == 0) limits[0] = -1;
      const auto keep = rows[k] * rows[k] > limits;
      rows[k] = keep ? rows[k] : Row{};
      kept -= keep;
    }
    hadamard<Count>(rows);
    for (int k = 0; k < Count; ++k) group[k][r] = rows[k];
  }
  int total = 0;
  for (int i = 0; i < patch; ++i) total += kept[i];
  return 1 / static_cast<float>(total);
}

/// Wiener's filter with the power of the pilot's coefficients as the signal's.
template <int Count>
float shrink_wiener(Patch* group, const Patch* pilot) {
  Row squares{};
  for (std::size_t r = 0; r < patch; ++r) {
    Row rows[Count], gains[Count];
    for (int k = 0; k < Count; ++k) gains[k] = pilot[k][r];
    hadamard<Count>(gains);
    for (int k = 0; k < Count; ++k) {
      gains[k] = 1 - 1 / (gains[k] * gains[k] * (1.f / Count) + 1);  // is 1 for an infinite power
      if (r == 0 && k == 0) gains[0][0] = 1;
      squares += gains[k] * gains[k];
    }
    for (int k = 0; k < Count; ++k) rows[k] = group[k][r];
    hadamard<Count>(rows);
    for (int k = 0; k < Count; ++k) rows[k] *= gains[k];
    hadamard<Count>(rows);
    for (int k = 0; k < Count; ++k) group[k][r] = rows[k];
  }
  return 1 / sum_of(squares);
}

}  // namespace phasecast::blocks
