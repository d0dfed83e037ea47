#include "stages/bm3d_transform.hpp"

#include <cmath>
#include <numbers>

namespace phasecast::blocks {

namespace {

using Vector8 = std::array<double, patch>;
using Matrix8 = std::array<Vector8, patch>;

constexpr auto size = static_cast<std::size_t>(patch);

Matrix8 cosine_matrix() {
  Matrix8 matrix;
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j)
      matrix[i][j] =
          std::cos(std::numbers::pi / patch * (static_cast<double>(j) + 0.5) * static_cast<double>(i)) *
          std::sqrt((i == 0 ? 1.0 : 2.0) / patch);
  return matrix;
}

/// What one level makes of the first n of `values`, a period: n / 2 smooth values, then n / 2 differences.
/// Filters: Cohen, Daubechies and Feauveau (1992), table 6.1, N = 1 and Ñ = 5.
void wavelet_level(Vector8& values, std::size_t n) {
  constexpr std::array<double, 10> smooth{3, -3, -22, 22, 128, 128, 22, -22, -3, 3};
  const Vector8 before = values;
  for (std::size_t i = 0; i < n / 2; ++i) {
    values[i] = 0;
    for (std::size_t k = 0; k < smooth.size(); ++k)
      values[i] += smooth[k] * before[(2 * i + k + 2 * n - 4) % n];
    values[n / 2 + i] = before[2 * i] - before[2 * i + 1];
  }
}

Matrix8 wavelet_matrix() {
  Matrix8 matrix;
  for (std::size_t column = 0; column < size; ++column) {
    Vector8 unit{};
    unit[column] = 1;
    for (std::size_t n = size; n > 1; n /= 2) wavelet_level(unit, n);
    for (std::size_t row = 0; row < size; ++row) matrix[row][column] = unit[row];
  }
  for (Vector8& row : matrix) {
    double squares = 0;
    for (double value : row) squares += value * value;
    for (double& value : row) value /= std::sqrt(squares);
  }
  return matrix;
}

/// Gauss and Jordan's elimination. No pivot of the two transforms is small in this order of rows.
Matrix8 inverse(Matrix8 matrix) {
  Matrix8 result{};
  for (std::size_t i = 0; i < size; ++i) result[i][i] = 1;
  const auto combine = [&](std::size_t row, double factor, std::size_t other, double other_factor) {
    for (std::size_t j = 0; j < size; ++j) {
      matrix[row][j] = factor * matrix[row][j] + other_factor * matrix[other][j];
      result[row][j] = factor * result[row][j] + other_factor * result[other][j];
    }
  };
  for (std::size_t pivot = 0; pivot < size; ++pivot) {
    combine(pivot, 1 / matrix[pivot][pivot], pivot, 0);
    for (std::size_t row = 0; row < size; ++row)
      if (row != pivot) combine(row, 1, pivot, -matrix[row][pivot]);
  }
  return result;
}

Transform::Matrix rounded(const Matrix8& matrix) {
  Transform::Matrix result;
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) result[i][j] = static_cast<float>(matrix[i][j]);
  return result;
}

Transform with_inverse(const Matrix8& forward) {
  return {rounded(forward), rounded(inverse(forward))};
}

}  // namespace

const Transform& cosine_transform() {
  static const Transform transform = with_inverse(cosine_matrix());
  return transform;
}

const Transform& wavelet_transform() {
  static const Transform transform = with_inverse(wavelet_matrix());
  return transform;
}

}  // namespace phasecast::blocks
