#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "messages/image.hpp"

namespace phasecast::oracle {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The variables of (10) in the paper's own layout; Uᵀ and Dᵀ have one column per state, ∇_x above ∇_y.
struct Variables {
  MatrixXd x, m, w;  // L×N
  MatrixXd u;        // 2N×L
  VectorXd s, t;     // N
  MatrixXd c, e, d;  // like m, w, u
  VectorXd g;        // N
};

/// Algorithm 1 of the paper with dense matrices and the whole stack Y: plain, slow and independent of
/// stages/.
///
/// Two misprints of the paper are put right: in (12) the parenthesis after diag(s) belongs after (M − C)
/// diag(s), and in (21) the sign of C in the condition for M is the one that follows from (10).
struct DenseRum {
  Shape shape;
  MatrixXd stack;       // Y, T×N
  MatrixXd dictionary;  // A, T×L
  double lambda = 0;
  double rho = 0;
  int cg_steps = 2;
  bool normalize_x = false;  // line 4; otherwise W is projected on the simplex
  Variables v{};
  MatrixXd gradient = {};  // ∇, 2N×N

  void start(const MatrixXd& x, const VectorXd& s);
  void start_warm(const MatrixXd& x);
  void iterate();
};

/// Forward differences with periodic boundary; pixel index = y · width + x.
inline MatrixXd periodic_gradient(Shape shape) {
  const int n = shape.height * shape.width;
  MatrixXd gradient = MatrixXd::Zero(2 * n, n);
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      const int here = y * shape.width + x;
      gradient(here, y * shape.width + (x + 1) % shape.width) += 1;
      gradient(here, here) -= 1;
      gradient(n + here, (y + 1) % shape.height * shape.width + x) += 1;
      gradient(n + here, here) -= 1;
    }
  }
  return gradient;
}

inline double shrink(double value, double threshold) {
  return value > 0 ? std::max(value - threshold, 0.0) : -std::max(-value - threshold, 0.0);
}

/// The θ with Σ max(v − θ, 0) = 1 by bisection, then max(v − θ, 0).
inline VectorXd project_on_simplex(const VectorXd& v) {
  double low = v.minCoeff() - 1, high = v.maxCoeff();
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    ((v.array() - middle).max(0).sum() > 1 ? low : high) = middle;
  }
  return (v.array() - high).max(0);
}

inline VectorXd conjugate_gradients(const MatrixXd& matrix, const VectorXd& rhs, VectorXd x, int steps) {
  VectorXd residual = rhs - matrix * x;
  VectorXd direction = residual;
  for (int step = 0; step < steps && residual.squaredNorm() > 0; ++step) {
    const double before = residual.squaredNorm();
    const double alpha = before / direction.dot(matrix * direction);
    x += alpha * direction;
    residual -= alpha * (matrix * direction);
    direction = residual + residual.squaredNorm() / before * direction;
  }
  return x;
}

inline void DenseRum::start(const MatrixXd& x, const VectorXd& s) {
  gradient = periodic_gradient(shape);
  v.x = v.w = x;
  v.s = v.t = s;
  v.m = x * s.asDiagonal();
  v.u = gradient * x.transpose();
  v.c = v.e = MatrixXd::Zero(x.rows(), x.cols());
  v.d = MatrixXd::Zero(v.u.rows(), v.u.cols());
  v.g = VectorXd::Zero(s.size());
}

/// New X; scale, U and D stay.
inline void DenseRum::start_warm(const MatrixXd& x) {
  const Variables last = v;
  start(x, last.t);
  v.u = last.u;
  v.d = last.d;
}

inline void DenseRum::iterate() {
  const auto n = stack.cols();
  const auto states = dictionary.cols();
  const MatrixXd identity_n = MatrixXd::Identity(n, n);
  const MatrixXd identity_l = MatrixXd::Identity(states, states);

  const MatrixXd squared_scale = v.s.cwiseAbs2().asDiagonal();  // line 3, eq. (12)
  const MatrixXd system = squared_scale + gradient.transpose() * gradient + identity_n;
  const MatrixXd rhs = ((v.m - v.c) * v.s.asDiagonal()).transpose() + gradient.transpose() * (v.u - v.d) +
                       (v.w - v.e).transpose();
  for (int l = 0; l < states; ++l)
    v.x.row(l) = conjugate_gradients(system, rhs.col(l), v.x.row(l).transpose(), cg_steps).transpose();

  for (int k = 0; normalize_x && k < n; ++k) {  // line 4
    const double sum = v.x.col(k).sum();
    if (sum > 0)
      v.x.col(k) /= sum;
    else
      v.x.col(k).array() += (1 - sum) / static_cast<double>(states);
  }

  for (int k = 0; k < n; ++k)  // line 5, eq. (13)
    v.s(k) = (v.x.col(k).dot(v.m.col(k) - v.c.col(k)) + v.t(k) - v.g(k)) / (v.x.col(k).squaredNorm() + 1);

  const MatrixXd xs = v.x * v.s.asDiagonal();  // line 6, eq. (14)
  v.m = (dictionary.transpose() * dictionary + rho * identity_l).inverse() *
        (dictionary.transpose() * stack + rho * xs + rho * v.c);

  const MatrixXd gradient_x = gradient * v.x.transpose();  // line 7, eq. (15)
  v.u = (gradient_x + v.d).unaryExpr([&](double value) { return shrink(value, lambda / rho); });

  for (int k = 0; k < n; ++k) {  // line 8
    const VectorXd x_e = v.x.col(k) + v.e.col(k);
    v.w.col(k) = normalize_x ? VectorXd(x_e.cwiseMax(0)) : project_on_simplex(x_e);
  }
  v.t = (v.s + v.g).cwiseMax(0);  // line 9
  v.c += xs - v.m;                // line 10
  v.d += gradient_x - v.u;        // line 11
  v.e += v.x - v.w;               // line 12
  v.g += v.s - v.t;               // line 13
}

/// Objective (7) without its indicators.
inline double objective(const DenseRum& problem, const MatrixXd& x, const VectorXd& s) {
  const MatrixXd residual = problem.stack - problem.dictionary * x * s.asDiagonal();
  return 0.5 * residual.squaredNorm() + problem.lambda * (problem.gradient * x.transpose()).cwiseAbs().sum();
}

/// The largest violation of each line of (21), in its order.
inline VectorXd kkt_residuals(const DenseRum& problem, const Variables& v) {
  const double rho = problem.rho, lambda = problem.lambda;
  const MatrixXd& gradient = problem.gradient;
  VectorXd residual(10);
  residual(0) = (v.m - v.x * v.s.asDiagonal()).cwiseAbs().maxCoeff();
  residual(1) = (v.u - gradient * v.x.transpose()).cwiseAbs().maxCoeff();
  residual(2) = (v.w - v.x).cwiseAbs().maxCoeff();
  residual(3) = (v.t - v.s).cwiseAbs().maxCoeff();
  const MatrixXd stationary_x =
      (v.c * v.s.asDiagonal()).transpose() + gradient.transpose() * v.d + v.e.transpose();
  residual(4) = stationary_x.cwiseAbs().maxCoeff();
  residual(5) = ((v.x.cwiseProduct(v.c)).colwise().sum().transpose() + v.g).cwiseAbs().maxCoeff();
  const MatrixXd misfit = problem.dictionary.transpose() * (problem.stack - problem.dictionary * v.m);
  residual(6) = (misfit + rho * v.c).cwiseAbs().maxCoeff();
  const Eigen::ArrayXXd subgradient = rho * v.d.array();  // of λ‖u‖₁: λ sign(u) where u ≠ 0
  const Eigen::ArrayXXd bound = (subgradient.abs() - lambda).max(0);
  residual(7) = std::max(bound.maxCoeff(),
                         (subgradient - lambda * v.u.array().sign()).abs().min(v.u.array().abs()).maxCoeff());
  // ⟨E, W' − W⟩ is largest at a corner of the simplex.
  residual(8) = (v.e.colwise().maxCoeff() - v.e.cwiseProduct(v.w).colwise().sum()).maxCoeff();
  residual(9) = std::max(v.g.maxCoeff(), v.g.cwiseProduct(v.t).cwiseAbs().maxCoeff());
  return residual;
}

}  // namespace phasecast::oracle
