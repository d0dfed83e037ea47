#include "stages/state_plane.hpp"

#include <cmath>

#include "stages/dense.hpp"

namespace phasecast {
namespace {

/// Columns: an orthonormal basis of the plane Σx = 0 (the Helmert matrix without its constant row).
Eigen::MatrixXd sum_zero_basis(Eigen::Index states) {
  Eigen::MatrixXd basis = Eigen::MatrixXd::Zero(states, states - 1);
  for (Eigen::Index j = 1; j < states; ++j) {
    const auto count = static_cast<double>(j);
    basis.block(0, j - 1, j, 1).setConstant(1 / std::sqrt(count * (count + 1)));
    basis(j, j - 1) = -std::sqrt(count / (count + 1));
  }
  return basis;
}

}  // namespace

StatePlane::StatePlane(const Eigen::MatrixXd& gram) {
  const Eigen::MatrixXd basis = sum_zero_basis(gram.rows());
  const EigenPairs eigen = eigen_pairs(basis.transpose() * gram * basis);
  directions = basis * eigen.vectors;
  curvature = eigen.values;
  const Eigen::VectorXd middle =
      Eigen::VectorXd::Constant(gram.rows(), 1.0 / static_cast<double>(gram.rows()));
  offset = directions.transpose() * (gram * middle);
  center = middle.dot(gram * middle);
}

double StatePlane::mean_curvature() const {
  return std::exp(curvature.array().log().mean());
}

}  // namespace phasecast
