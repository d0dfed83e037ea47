#include "stages/dense.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>

namespace phasecast {

EigenPairs eigen_pairs(const Eigen::MatrixXd& symmetric) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(symmetric);
  return {eigen.eigenvalues(), eigen.eigenvectors()};
}

Eigen::VectorXd eigenvalues(const Eigen::MatrixXd& symmetric) {
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(symmetric, Eigen::EigenvaluesOnly).eigenvalues();
}

Eigen::MatrixXd products_of_rows(const Eigen::MatrixXd& a) {
  Eigen::MatrixXd lower = Eigen::MatrixXd::Zero(a.rows(), a.rows());
  lower.selfadjointView<Eigen::Lower>().rankUpdate(a);
  return lower.selfadjointView<Eigen::Lower>();
}

Eigen::MatrixXd least_squares(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return a.colPivHouseholderQr().solve(b);
}

Eigen::MatrixXd orthonormal_columns(const Eigen::MatrixXd& a) {
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(a);
  return qr.householderQ() * Eigen::MatrixXd::Identity(a.rows(), std::min(a.rows(), a.cols()));
}

Eigen::MatrixXd solve_symmetric(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return a.ldlt().solve(b);
}

}  // namespace phasecast
