#pragma once

#include <Eigen/Core>

namespace phasecast {

// Factorizations of small matrices whose size is known at run time: all of them are compiled here, once.

/// A symmetric matrix as vectors · diag(values) · vectorsᵀ.
struct EigenPairs {
  Eigen::VectorXd values;   // increasing
  Eigen::MatrixXd vectors;  // orthonormal columns
};
EigenPairs eigen_pairs(const Eigen::MatrixXd& symmetric);

/// Eigenvalues of a symmetric matrix, increasing.
Eigen::VectorXd eigenvalues(const Eigen::MatrixXd& symmetric);

/// A Aᵀ, each of its values once.
Eigen::MatrixXd products_of_rows(const Eigen::MatrixXd& a);

/// x of the smallest |A x − b|² for each column b, by QR with column pivoting; a basic solution where A lacks
/// rank.
Eigen::MatrixXd least_squares(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);

/// Orthonormal columns, as many as rows or columns there are, that span those of A: Q of its thin QR.
Eigen::MatrixXd orthonormal_columns(const Eigen::MatrixXd& a);

/// A⁻¹ b of a symmetric A, by LDLᵀ.
Eigen::MatrixXd solve_symmetric(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);

}  // namespace phasecast
