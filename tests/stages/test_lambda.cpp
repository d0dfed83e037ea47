#include "stages/lambda.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "stages/rum_tv.hpp"
#include "tests/stages/rum_problem.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

/// Discs of pure states in a mixture, sample everywhere.
RumProblem discs(int states, double sigma) {
  RumProblem problem = make_problem({128, 160}, states, 1, sigma, 5);
  const int n = static_cast<int>(problem.shape.pixels());
  for (int i = 0; i < n; ++i) {
    const double x = i % 160, y = i / 160;
    const int disc = std::hypot(x - 50, y - 60) < 35 ? 0 : std::hypot(x - 115, y - 70) < 30 ? states - 1 : -1;
    for (int l = 0; l < states; ++l)
      problem.fraction(l, i) = disc < 0 ? 1.0 / states : l == disc ? 0.9 : 0.1 / (states - 1);
  }
  problem.scale.setConstant(1);
  measure(problem, sigma, 5);
  problem.valid.assign(problem.shape.pixels(), 1);
  problem.valid[3] = 0;
  problem.equations.noise_gain.assign(problem.shape.pixels(), 1);
  problem.equations.unusable.assign(problem.shape.pixels(), 0);
  return problem;
}

double error_at(const RumProblem& problem, const LcfResult& start, double sigma, double lambda) {
  RumTv<float> solver(problem.shape, problem.equations.states);
  solver.set_problem({problem.equations, problem.valid, 1, sigma, lambda});
  solver.start(start.fraction, start.scale);
  for (int i = 0; i < 80; ++i) solver.iterate();
  return distance(problem, solver.fractions(), planes(problem.fraction));
}

}  // namespace

TEST_CASE("the weight of least risk is within 0.2 dB of the best that the truth can choose") {
  const auto [states, sigma] = GENERATE(table<int, double>({{2, 0.2}, {2, 0.5}, {2, 1.5}, {3, 0.5}, {3, 2}}));
  const RumProblem problem = discs(states, sigma);
  const LcfResult start = lcf(problem.equations, LcfConstraint::non_negative);
  const double rule = lambda_by_rule(problem.equations, sigma, 1);
  double best = INFINITY;
  for (double factor = 0.5; factor < 10; factor *= 1.25)
    best = std::min(best, error_at(problem, start, sigma, factor * rule));
  const double chosen = lambda_of_least_risk({problem.equations, problem.valid, 1, sigma, rule}, start);
  CAPTURE(states, sigma, chosen / rule);
  CHECK(20 * std::log10(error_at(problem, start, sigma, chosen) / best) < 0.2);
}

TEST_CASE("the search finds its way from a first guess that is far off") {
  const RumProblem problem = discs(2, 0.5);
  const LcfResult start = lcf(problem.equations, LcfConstraint::non_negative);
  const auto from = [&](double guess) {
    return lambda_of_least_risk({problem.equations, problem.valid, 1, 0.5, guess}, start);
  };
  const double rule = lambda_by_rule(problem.equations, 0.5, 1);
  CHECK(from(4 * rule) == Approx(from(rule)).epsilon(0.2));
  CHECK(from(rule / 4) == Approx(from(rule)).epsilon(0.2));
}

TEST_CASE("the rule follows noise, scale and what tells the states apart") {
  const RumProblem problem = discs(2, 0.2);
  const MatrixXd difference = problem.dictionary.col(0) - problem.dictionary.col(1);
  CHECK(lambda_by_rule(problem.equations, 0.2, 3) == Approx(0.35 * 0.2 * difference.norm() * 3));
  CHECK(relative_noise(problem.equations, 0.2, 3) == Approx(0.2 * std::sqrt(2) / difference.norm() / 3));
}
