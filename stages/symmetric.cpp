#include "stages/symmetric.hpp"

#include <cmath>

#include "stages/dense.hpp"

namespace phasecast {

double reciprocal_condition(const Eigen::MatrixXd& symmetric) {
  const Eigen::VectorXd values = eigenvalues(symmetric);
  return values.minCoeff() > 0 ? values.minCoeff() / values.maxCoeff() : 0;
}

SymmetricInverse invert(const Eigen::MatrixXd& symmetric) {
  constexpr double negligible = 1e-12;
  SymmetricInverse inverse{Eigen::MatrixXd::Zero(symmetric.rows(), symmetric.cols()), 0};
  if (symmetric.size() == 0) return inverse;
  const Eigen::VectorXd unit =
      symmetric.diagonal().unaryExpr([](double d) { return d > 0 ? 1 / std::sqrt(d) : 0.0; });
  const EigenPairs eigen = eigen_pairs(unit.asDiagonal() * symmetric * unit.asDiagonal());
  for (Eigen::Index i = 0; i < symmetric.rows(); ++i) {
    if (eigen.values(i) <= negligible) continue;
    const Eigen::VectorXd vector = unit.asDiagonal() * eigen.vectors.col(i);
    inverse.matrix += vector * vector.transpose() / eigen.values(i);
    ++inverse.rank;
  }
  return inverse;
}

}  // namespace phasecast
