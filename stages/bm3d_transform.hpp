#pragma once

#include <array>
#include <utility>

#include "stages/bm3d_image.hpp"
#include "stages/simd.hpp"

namespace phasecast::blocks {

/// One row of a patch, and a patch: rows are summed, scaled and thresholded as a whole.
using Row = simd::Vector<float, patch>;
using Patch = std::array<Row, patch>;

/// A transform of eight values: coefficients = forward · values, values = inverse · coefficients. The rows of
/// `forward` have norm 1, so white noise keeps its variance in every coefficient; the first row is constant.
struct Transform {
  using Matrix = std::array<std::array<float, patch>, patch>;
  Matrix forward, inverse;
};

/// The orthonormal discrete cosine transform (DCT-II).
const Transform& cosine_transform();
/// Three levels of the biorthogonal spline wavelet 1.5 on a period of eight, rows normalized.
const Transform& wavelet_transform();

inline void multiply(const Transform::Matrix& matrix, Patch& rows) {
  Patch product;
  for (std::size_t i = 0; i < patch; ++i) {
    Row sum = matrix[i][0] * rows[0];
    for (std::size_t j = 1; j < patch; ++j) sum += matrix[i][j] * rows[j];
    product[i] = sum;
  }
  rows = product;
}

/// Exchanges the upper right and lower left block of every 2·Block × 2·Block block.
template <int Block>
inline void exchange_blocks(Patch& rows) {
  constexpr auto from = [](int lane, bool upper) {
    const bool right = lane & Block;
    return upper ? (right ? lane - Block + patch : lane) : (right ? lane + patch : lane + Block);
  };
  [&]<int... I>(std::integer_sequence<int, I...>) {
    using Lanes = simd::Vector<int, patch>;
    for (std::size_t i = 0; i < patch; ++i) {
      if (i & Block) continue;
      const Row upper = rows[i], lower = rows[i + Block];
      rows[i] = __builtin_shuffle(upper, lower, Lanes{from(I, true)...});
      rows[i + Block] = __builtin_shuffle(upper, lower, Lanes{from(I, false)...});
    }
  }
  (std::make_integer_sequence<int, patch>{});
}

inline void transpose(Patch& rows) {
  exchange_blocks<1>(rows);
  exchange_blocks<2>(rows);
  exchange_blocks<4>(rows);
}

/// The two-dimensional transform M P Mᵀ, left transposed: inverse() undoes that too.
inline void apply(const Transform::Matrix& matrix, Patch& rows) {
  multiply(matrix, rows);
  transpose(rows);
  multiply(matrix, rows);
}

/// The Walsh-Hadamard transform of `Count` rows, Count times its own inverse.
template <int Count>
inline void hadamard(Row* rows) {
#pragma GCC unroll 8
  for (int half = 1; half < Count; half *= 2)
#pragma GCC unroll 32
    for (int i = 0; i < Count; ++i) {
      if (i & half) continue;
      const Row sum = rows[i] + rows[i + half];
      rows[i + half] = rows[i] - rows[i + half];
      rows[i] = sum;
    }
}

}  // namespace phasecast::blocks
