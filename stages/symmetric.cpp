#include "stages/symmetric.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>

namespace phasecast {

Eigen::VectorXd eigenvalues(const Eigen::MatrixXd& symmetric) {
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(symmetric, Eigen::EigenvaluesOnly).eigenvalues();
}

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
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(unit.asDiagonal() * symmetric *
                                                             unit.asDiagonal());
  for (Eigen::Index i = 0; i < symmetric.rows(); ++i) {
    if (eigen.eigenvalues()(i) <= negligible) continue;
    const Eigen::VectorXd vector = unit.asDiagonal() * eigen.eigenvectors().col(i);
    inverse.matrix += vector * vector.transpose() / eigen.eigenvalues()(i);
    ++inverse.rank;
  }
  return inverse;
}

}  // namespace phasecast
