#include "stages/rum_tv.hpp"

#include <catch2/catch.hpp>

#include "stages/algorithm_one.hpp"
#include "tests/stages/rum_problem.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

/// As make_problem, but with sample in every pixel: here both solvers minimize the same objective.
RumProblem full_problem(Shape shape, int states, double sigma, unsigned seed) {
  RumProblem problem = make_problem(shape, states, 0.8, sigma, seed);
  for (Eigen::Index k = 0; k < problem.scale.size(); ++k) problem.scale(k) = 0.7 + 0.1 * (k % 5);
  measure(problem, sigma, seed);
  const MatrixXd third = problem.dictionary * problem.fraction.col(3) * problem.scale(3);
  problem.stack.col(3) = third;
  problem.equations = normal_equations(shape, problem.dictionary, problem.stack);
  problem.valid.assign(shape.pixels(), 1);
  return problem;
}

template <class Real>
std::vector<Real> limit_of(const RumProblem& problem, RumTvConfig config, int iterations) {
  RumTv<Real> solver(problem.shape, static_cast<int>(problem.dictionary.cols()), config);
  solver.set_equations(problem.equations, problem.valid, 0.8);
  const auto scale = rough_scale(problem, 4);
  solver.start(planes(rough_fraction(problem, 3)), {scale.data(), problem.shape.pixels()});
  for (int i = 0; i < iterations; ++i) solver.iterate();
  return solver.fractions();
}

}  // namespace

TEST_CASE("RUM-TV has the limit of Algorithm 1 where the sample fills a periodic image") {
  const int states = GENERATE(2, 3, 5);
  const double lambda = GENERATE(0.02, 0.2);
  const auto problem = full_problem({13, 17}, states, 0.1, 7);
  AlgorithmOneConfig literal_config;
  literal_config.lambda = lambda;
  literal_config.cg_steps = 20;
  AlgorithmOne<double> literal(problem.shape, states, literal_config, 0.8);
  literal.set_equations(problem.equations);
  const auto scale = rough_scale(problem, 4);
  literal.start(planes(rough_fraction(problem, 3)), {scale.data(), problem.shape.pixels()});
  for (int i = 0; i < 20000; ++i) literal.iterate(problem.valid);

  const auto map = limit_of<double>(problem, {.lambda = lambda, .border = Border::periodic}, 2000);
  CHECK(distance(problem, map, literal.fractions()) < 1e-5);
}
