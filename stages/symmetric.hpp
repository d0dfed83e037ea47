#pragma once

#include <Eigen/Core>

namespace phasecast {

/// Smallest eigenvalue of a symmetric matrix over its largest; 0 if it is not positive definite.
double reciprocal_condition(const Eigen::MatrixXd& symmetric);

/// A generalized inverse of a symmetric positive matrix of sums, and its rank. The matrix is scaled to a unit
/// diagonal first, so that what counts as zero does not depend on the units of its rows.
struct SymmetricInverse {
  Eigen::MatrixXd matrix;
  int rank = 0;
};
SymmetricInverse invert(const Eigen::MatrixXd& symmetric);

}  // namespace phasecast
