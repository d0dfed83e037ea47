#include <catch2/catch.hpp>
#include <random>

#include "../oracles/naive_bm3d.hpp"
#include "stages/bm3d_transform.hpp"

using namespace phasecast;

namespace {

naive::Patch dense(const blocks::Transform::Matrix& matrix) {
  naive::Patch result(8, 8);
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t j = 0; j < 8; ++j) result(static_cast<int>(i), static_cast<int>(j)) = matrix[i][j];
  return result;
}

blocks::Patch random_patch(unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  blocks::Patch patch;
  for (auto& row : patch)
    for (int i = 0; i < 8; ++i) row[i] = normal(random);
  return patch;
}

naive::Patch dense(const blocks::Patch& patch) {
  naive::Patch result(8, 8);
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 8; ++x) result(y, x) = patch[static_cast<std::size_t>(y)][x];
  return result;
}

double largest(const Eigen::MatrixXd& m) {
  return m.cwiseAbs().maxCoeff();
}

}  // namespace

TEST_CASE("the cosine transform is the orthonormal DCT-II") {
  const naive::Patch forward = dense(blocks::cosine_transform().forward);
  CHECK(largest(forward - naive::cosine()) < 1e-7);
  CHECK(largest(forward * forward.transpose() - naive::Patch::Identity(8, 8)) < 1e-6);
  CHECK(largest(dense(blocks::cosine_transform().inverse) - forward.transpose()) < 1e-7);
}

TEST_CASE("the wavelet transform keeps the variance of white noise, separates the mean and has its inverse") {
  const naive::Patch forward = dense(blocks::wavelet_transform().forward);
  CHECK(largest(forward - naive::wavelet()) < 1e-7);
  CHECK(largest(forward.rowwise().norm() - Eigen::VectorXd::Ones(8)) < 1e-7);
  CHECK(largest(forward.row(0).array() - std::sqrt(0.125)) < 1e-7);
  CHECK(largest(forward.bottomRows(7).rowwise().sum()) < 1e-6);
  CHECK(largest(forward * dense(blocks::wavelet_transform().inverse) - naive::Patch::Identity(8, 8)) < 1e-6);
}

TEST_CASE("the finest wavelets are those of the published synthesis filter on a period of eight") {
  const naive::Patch inverse = dense(blocks::wavelet_transform().inverse);
  Eigen::VectorXd published(8);
  published << 0.70710678, -0.70710678, 0.12153398, 0.12153398, 0, 0, -0.12153398, -0.12153398;
  CHECK(largest(inverse.col(4) - published) < 1e-7);
}

TEST_CASE("a patch transformed in vectors is M P Mᵀ transposed, and comes back") {
  for (const auto* transform : {&blocks::cosine_transform(), &blocks::wavelet_transform()}) {
    const blocks::Patch patch = random_patch(3);
    blocks::Patch coefficients = patch;
    blocks::apply(transform->forward, coefficients);
    const naive::Patch m = dense(transform->forward);
    CHECK(largest(dense(coefficients) - (m * dense(patch) * m.transpose()).transpose()) < 2e-6);
    blocks::apply(transform->inverse, coefficients);
    CHECK(largest(dense(coefficients) - dense(patch)) < 5e-6);
  }
}

TEST_CASE("transposing exchanges rows and columns") {
  const blocks::Patch patch = random_patch(4);
  blocks::Patch transposed = patch;
  blocks::transpose(transposed);
  CHECK(dense(transposed) == dense(patch).transpose());
}

TEST_CASE("the transform along a group is Sylvester's matrix without its norm") {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  std::array<blocks::Row, 32> rows;
  Eigen::MatrixXd values(32, 8);
  for (int k = 0; k < 32; ++k)
    for (int i = 0; i < 8; ++i) values(k, i) = rows[static_cast<std::size_t>(k)][i] = normal(random);
  blocks::hadamard<32>(rows.data());
  const Eigen::MatrixXd expected = std::sqrt(32) * naive::hadamard(32) * values;
  for (int k = 0; k < 32; ++k)
    for (int i = 0; i < 8; ++i)
      CHECK(rows[static_cast<std::size_t>(k)][i] == Approx(expected(k, i)).margin(1e-5));
}
