#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <random>
#include <vector>

#include "stages/stack.hpp"

/// Stacks of known states for the blind methods, and the angle between spectra.
namespace phasecast::blind_problem {

inline std::vector<double> energies(int count = 60) {
  std::vector<double> list;
  for (int t = 0; t < count; ++t) list.push_back(8300 + 100.0 * t / (count - 1));
  return list;
}

/// Edges 4 eV apart with a white line each: [E][L], nothing before 8325 eV.
inline Eigen::MatrixXd spectra(int states, const std::vector<double>& energies_ev) {
  Eigen::MatrixXd a(static_cast<Eigen::Index>(energies_ev.size()), states);
  for (Eigen::Index t = 0; t < a.rows(); ++t)
    for (int l = 0; l < states; ++l) {
      const double e = energies_ev[static_cast<std::size_t>(t)] - (8340 + 4 * l);
      a(t, l) = 1 / (1 + std::exp(-e)) + (0.9 - 0.1 * l) * std::exp(-std::pow((e - 5) / 3, 2));
    }
  return a;
}

struct Problem {
  Shape shape;
  std::vector<double> energies_ev = energies();
  Eigen::MatrixXd a;         // [E][L]
  Eigen::MatrixXd fraction;  // [L][N]
  std::vector<std::vector<float>> frames;
  std::vector<const float*> pointers;
  StackView view() const { return {shape, pointers}; }
};

struct Options {
  int states = 3;
  double sigma = 0;
  unsigned seed = 1;
  Shape shape{60, 70};
  double pure = 0.05;     ///< part of the pixels, of each state
  double thin = 0.3;      ///< smallest scale; the largest is 1.5
  double empty = 0;       ///< part of the pixels without the element
  double background = 0;  ///< of what falls with E⁻³, times the scale, at 8300 eV
  double open_beam = 0;   ///< added to every value
};

/// Mixtures drawn evenly from the simplex, some pixels pure, each of its own scale; white noise.
inline Problem make(const Options& options) {
  Problem problem;
  problem.shape = options.shape;
  problem.a = spectra(options.states, problem.energies_ev);
  const auto pixels = static_cast<Eigen::Index>(options.shape.pixels());
  std::mt19937_64 random(options.seed);
  std::exponential_distribution<double> share;
  std::uniform_real_distribution<double> uniform;
  std::normal_distribution<double> normal;
  problem.fraction.resize(options.states, pixels);
  Eigen::RowVectorXd scale(pixels), other(pixels);
  for (Eigen::Index k = 0; k < pixels; ++k) {
    const double kind = uniform(random);
    for (int l = 0; l < options.states; ++l) problem.fraction(l, k) = share(random);
    if (kind < options.pure * options.states)
      problem.fraction.col(k) = Eigen::VectorXd::Unit(options.states, static_cast<int>(kind / options.pure));
    problem.fraction.col(k) /= problem.fraction.col(k).sum();
    scale(k) = kind > 1 - options.empty ? 0 : options.thin + (1.5 - options.thin) * uniform(random);
    other(k) = kind > 1 - options.empty ? 0 : options.background * (0.5 + uniform(random));
  }
  const Eigen::MatrixXd y = problem.a * problem.fraction * scale.asDiagonal();
  for (Eigen::Index t = 0; t < y.rows(); ++t) {
    std::vector<float> frame;
    const double falling = std::pow(8300 / problem.energies_ev[static_cast<std::size_t>(t)], 3);
    for (Eigen::Index k = 0; k < pixels; ++k)
      frame.push_back(static_cast<float>(y(t, k) + options.open_beam + other(k) * falling +
                                         options.sigma * normal(random)));
    problem.frames.push_back(std::move(frame));
  }
  for (const auto& frame : problem.frames) problem.pointers.push_back(frame.data());
  return problem;
}

inline double angle(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  const double cosine = a.normalized().dot(b.normalized());  // exact for small angles, too:
  return std::atan2((a.normalized() - cosine * b.normalized()).norm(), cosine) * 180 / std::numbers::pi;
}

/// Largest angle between each truth and the spectrum assigned to it, in degrees, whatever their order.
inline double largest_angle(const Eigen::MatrixXd& found, const Eigen::MatrixXd& truth) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(truth.cols()));
  std::iota(order.begin(), order.end(), 0);
  double best = 180;
  do {
    double largest = 0;
    for (Eigen::Index l = 0; l < truth.cols(); ++l)
      largest = std::max(largest, angle(found.col(order[static_cast<std::size_t>(l)]), truth.col(l)));
    best = std::min(best, largest);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

}  // namespace phasecast::blind_problem
