#include "stages/bm3d_transform.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <numbers>

namespace phasecast::bm3d {

namespace {

using Matrix8 = Eigen::Matrix<double, patch, patch>;

Transform::Matrix rounded(const Matrix8& matrix) {
  Transform::Matrix rows;
  for (int i = 0; i < patch; ++i)
    for (int j = 0; j < patch; ++j)
      rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] = static_cast<float>(matrix(i, j));
  return rows;
}

Transform with_inverse(const Matrix8& forward) {
  return {rounded(forward), rounded(forward.inverse())};
}

Matrix8 cosine_matrix() {
  Matrix8 matrix;
  for (int i = 0; i < patch; ++i)
    for (int j = 0; j < patch; ++j)
      matrix(i, j) = std::cos(std::numbers::pi / patch * (j + 0.5) * i) * std::sqrt((i == 0 ? 1.0 : 2.0) / patch);
  return matrix;
}

/// One level on a period of n: n / 2 smooth values, then n / 2 differences. Filters: Cohen, Daubechies and
/// Feauveau (1992), table 6.1, N = 1 and Ñ = 5.
Eigen::MatrixXd wavelet_level(int n) {
  constexpr std::array<int, 10> smooth{3, -3, -22, 22, 128, 128, 22, -22, -3, 3};
  Eigen::MatrixXd level = Eigen::MatrixXd::Zero(n, n);
  for (int i = 0; i < n / 2; ++i) {
    for (int k = 0; k < 10; ++k) level(i, (2 * i + k - 4 + 2 * n) % n) += smooth[static_cast<std::size_t>(k)];
    level(n / 2 + i, 2 * i) = 1;
    level(n / 2 + i, 2 * i + 1) = -1;
  }
  return level;
}

Matrix8 wavelet_matrix() {
  Matrix8 matrix = Matrix8::Identity();
  for (int n = patch; n > 1; n /= 2) matrix.topRows(n) = (wavelet_level(n) * matrix.topRows(n)).eval();
  matrix.rowwise().normalize();
  return matrix;
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

}  // namespace phasecast::bm3d
