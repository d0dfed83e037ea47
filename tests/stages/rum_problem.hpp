#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "stages/moments.hpp"
#include "tests/oracles/dense_rum.hpp"

namespace phasecast::test {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// A stack Y = A X diag(s) + noise with known truth, and what the solver is given of it.
struct RumProblem {
  Shape shape;
  MatrixXd dictionary, fraction, stack;  // A T×L, X L×N, Y T×N
  VectorXd scale;
  NormalEquations equations;
  std::vector<std::uint8_t> valid;
};

/// [L][N] planes of an L×N matrix.
inline std::vector<double> planes(const MatrixXd& states_by_pixels) {
  const MatrixXd transposed = states_by_pixels.transpose();
  return {transposed.data(), transposed.data() + transposed.size()};
}

inline NormalEquations normal_equations(Shape shape, const MatrixXd& dictionary, const MatrixXd& stack) {
  NormalEquations equations;
  equations.shape = shape;
  equations.states = static_cast<int>(dictionary.cols());
  equations.energies = static_cast<int>(dictionary.rows());
  equations.gram = dictionary.transpose() * dictionary;
  equations.projection = planes(dictionary.transpose() * stack);
  const VectorXd energy = stack.colwise().squaredNorm();
  equations.energy.assign(energy.data(), energy.data() + energy.size());
  return equations;
}

/// Absorption edges at shifted energies: smooth, positive, overlapping.
inline MatrixXd edges(int energies, int states) {
  MatrixXd dictionary(energies, states);
  for (int t = 0; t < energies; ++t) {
    for (int l = 0; l < states; ++l) {
      const double above = 12.0 * t / energies - 3 - 2.0 * l / states;
      dictionary(t, l) = 0.5 + std::atan(above) / M_PI + 0.7 * std::exp(-above * above);
    }
  }
  return dictionary;
}

/// Measures the truth: adds noise, and takes the data of pixel 3 away (zero, as an unusable pixel is).
inline void measure(RumProblem& problem, double sigma, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> noise(0, sigma);
  problem.stack = problem.dictionary * problem.fraction * problem.scale.asDiagonal();
  problem.stack = problem.stack.unaryExpr([&](double y) { return y + noise(random); });
  problem.stack.col(3).setZero();
  problem.equations = normal_equations(problem.shape, problem.dictionary, problem.stack);
}

/// Wavy fractions with a jump in the middle, varying thickness, an empty corner.
inline RumProblem make_problem(Shape shape, int states, double thickness, double sigma, unsigned seed) {
  const int n = static_cast<int>(shape.pixels());
  RumProblem problem;
  problem.shape = shape;
  problem.dictionary = edges(40, states);
  problem.fraction.resize(states, n);
  problem.scale.resize(n);
  problem.valid.assign(n, 1);
  for (int i = 0; i < n; ++i) {
    const double x = static_cast<double>(i % shape.width) / shape.width;
    const double y = static_cast<double>(i / shape.width) / shape.height;
    for (int l = 0; l < states; ++l)
      problem.fraction(l, i) = std::exp(std::sin(4 * x + 2.5 * l) + (x + y > 1 ? l : 0));
    problem.fraction.col(i) /= problem.fraction.col(i).sum();
    const bool empty = x + y < 0.3;
    problem.scale(i) = empty ? 0 : thickness * (0.7 + 0.4 * std::cos(5 * y));
    problem.valid[i] = empty || i == 3 ? 0 : 1;
  }
  measure(problem, sigma, seed);
  return problem;
}

/// Fractions near the truth, feasible, as LCF would give them.
inline MatrixXd rough_fraction(const RumProblem& problem, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  MatrixXd fraction = problem.fraction.unaryExpr([&](double x) { return x + 0.4 * uniform(random); });
  for (int i = 0; i < fraction.cols(); ++i) fraction.col(i) /= fraction.col(i).sum();
  return fraction;
}

/// Scales near the truth.
inline VectorXd rough_scale(const RumProblem& problem, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(0.7, 1.3);
  return problem.scale.unaryExpr([&](double s) { return s * uniform(random); });
}

/// z >= 0 with the least squares for two states, and something small where nothing is left.
inline MatrixXd least_squares(const RumProblem& problem) {
  const MatrixXd& gram = problem.equations.gram;
  const MatrixXd b = problem.dictionary.transpose() * problem.stack;
  MatrixXd z = gram.inverse() * b;
  for (int i = 0; i < z.cols(); ++i)
    for (int l : {0, 1})
      if (z(l, i) < 0) z.col(i) << (l == 0 ? 0 : b(0, i) / gram(0, 0)), (l == 1 ? 0 : b(1, i) / gram(1, 1));
  return z.cwiseMax(1e-9);
}

inline MatrixXd fractions_of(const MatrixXd& z) {
  return z.array().rowwise() / z.colwise().sum().array();
}

/// RMS difference of two maps [L][N] in the valid pixels.
template <class A, class B>
double distance(const RumProblem& problem, const A& a, const B& b) {
  const std::size_t pixels = problem.shape.pixels();
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!problem.valid[i % pixels]) continue;
    sum += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
    ++count;
  }
  return std::sqrt(sum / count);
}

}  // namespace phasecast::test
