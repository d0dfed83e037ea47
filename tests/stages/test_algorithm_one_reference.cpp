#include <catch2/catch.hpp>

#include "stages/algorithm_one.hpp"
#include "tests/oracles/dense_rum.hpp"
#include "tests/stages/rum_problem.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

struct Case {
  Shape shape;
  int states;
  double unit;
  SumToOne sum_to_one;
  int cg_steps;
};

/// The planes of the solver as the oracle's matrices.
oracle::Variables to_matrices(const RumVariables<double>& v) {
  const auto n = static_cast<Eigen::Index>(v.shape.pixels()), states = static_cast<Eigen::Index>(v.states);
  const auto matrix = [&](const std::vector<double>& planes) -> MatrixXd {
    return Eigen::Map<const MatrixXd>(planes.data(), n, states).transpose();
  };
  const auto vector = [&](const std::vector<double>& plane) -> VectorXd {
    return Eigen::Map<const VectorXd>(plane.data(), n);
  };
  const auto differences = [&](const std::vector<double>& planes) {
    MatrixXd stacked(2 * n, states);
    stacked << Eigen::Map<const MatrixXd>(planes.data(), n, states),
        Eigen::Map<const MatrixXd>(planes.data() + n * states, n, states);
    return stacked;
  };
  return {.x = matrix(v.x),
          .m = matrix(v.m),
          .w = matrix(v.w),
          .u = differences(v.u),
          .s = vector(v.s),
          .t = vector(v.t),
          .c = matrix(v.c),
          .e = matrix(v.e),
          .d = differences(v.d),
          .g = vector(v.g)};
}

double largest_difference(const oracle::Variables& a, const oracle::Variables& b) {
  const auto apart = [](const auto& p, const auto& q) { return (p - q).cwiseAbs().maxCoeff(); };
  return std::max({apart(a.x, b.x), apart(a.s, b.s), apart(a.m, b.m), apart(a.u, b.u), apart(a.w, b.w),
                   apart(a.t, b.t), apart(a.c, b.c), apart(a.d, b.d), apart(a.e, b.e), apart(a.g, b.g)});
}

oracle::DenseRum dense_problem(const RumProblem& problem, const AlgorithmOneConfig& config, double unit) {
  return {.shape = problem.shape,
          .stack = problem.stack / unit,
          .dictionary = problem.dictionary,
          .lambda = config.lambda / (unit * unit),
          .rho = config.rho / (unit * unit),
          .cg_steps = config.cg_steps,
          .normalize_x = config.sum_to_one == SumToOne::paper_normalization};
}

double relative_error(const oracle::Variables& a, const oracle::Variables& b) {
  const double squares = (a.c - b.c).squaredNorm() + (a.d - b.d).squaredNorm() + (a.e - b.e).squaredNorm() +
                         (a.g - b.g).squaredNorm();
  return squares / static_cast<double>(a.s.size());
}

}  // namespace

TEST_CASE("every variable follows Algorithm 1 on the whole stack, iteration by iteration") {
  const auto projection = SumToOne::simplex_projection, paper = SumToOne::paper_normalization;
  const auto c = GENERATE_COPY(Case{{7, 9}, 2, 1, projection, 2}, Case{{7, 9}, 2, 1, paper, 2},
                               Case{{12, 5}, 3, 0.4, projection, 2}, Case{{12, 5}, 3, 0.4, paper, 3},
                               Case{{6, 8}, 5, 2.5, projection, 1}, Case{{6, 8}, 5, 2.5, paper, 2},
                               Case{{1, 20}, 2, 1, projection, 2}, Case{{20, 1}, 3, 1, projection, 2});
  CAPTURE(c.shape.height, c.shape.width, c.states, c.unit, c.cg_steps);
  RumProblem problem = make_problem(c.shape, c.states, c.unit, 0.05, 11);
  const double lambda = 0.1 * c.unit * c.unit;
  const AlgorithmOneConfig config{
      .lambda = lambda, .rho = lambda / 0.07, .cg_steps = c.cg_steps, .sum_to_one = c.sum_to_one};
  const MatrixXd fraction = rough_fraction(problem, 5);
  const VectorXd scale = rough_scale(problem, 6);

  AlgorithmOne<double> solver(c.shape, c.states, config, c.unit * rum_sample_scale);
  solver.set_equations(problem.equations);
  solver.start(planes(fraction), std::span(scale.data(), scale.size()));
  auto dense = dense_problem(problem, config, c.unit);
  dense.start(fraction, scale / c.unit);
  CHECK(largest_difference(to_matrices(solver.variables()), dense.v) < 1e-12);

  for (int k = 0; k < 20; ++k) {
    const oracle::Variables last = dense.v;
    dense.iterate();
    const IterationReport report = solver.iterate(problem.valid);
    CAPTURE(k);
    REQUIRE(largest_difference(to_matrices(solver.variables()), dense.v) < 1e-12);
    REQUIRE(report.relative_error == Approx(relative_error(dense.v, last)).epsilon(1e-8));
    REQUIRE(report.map_change == Approx(distance(problem, planes(dense.v.w), planes(last.w))).margin(1e-10));
  }
  const double expected = c.unit * c.unit * oracle::objective(dense, dense.v.w, dense.v.t);
  CHECK(solver.objective() == Approx(expected).epsilon(1e-10));
  CHECK(solver.scale()[0] == Approx(c.unit * dense.v.t(0)).margin(1e-9));

  measure(problem, 0.05, 12);
  const MatrixXd next_fraction = rough_fraction(problem, 7);
  solver.set_equations(problem.equations);
  solver.start_warm(planes(next_fraction));
  dense.stack = problem.stack / c.unit;
  dense.start_warm(next_fraction);
  for (int k = 0; k < 3; ++k) {
    dense.iterate();
    solver.iterate(problem.valid);
    REQUIRE(largest_difference(to_matrices(solver.variables()), dense.v) < 1e-12);
  }
}

TEST_CASE("the limit satisfies the optimality conditions (21)") {
  const int states = GENERATE(2, 3);
  const RumProblem problem = make_problem({6, 7}, states, 0.8, 0.1, 21);
  const AlgorithmOneConfig config{.lambda = 0.2, .rho = 2};
  AlgorithmOne<double> solver(problem.shape, states, config, 0.8 * rum_sample_scale);
  solver.set_equations(problem.equations);
  solver.start(planes(rough_fraction(problem, 1)), std::span(problem.scale.data(), problem.scale.size()));
  auto dense = dense_problem(problem, config, 0.8);
  dense.gradient = oracle::periodic_gradient(problem.shape);
  const double before = oracle::kkt_residuals(dense, to_matrices(solver.variables())).maxCoeff();
  for (int k = 0; k < 20000; ++k) solver.iterate(problem.valid);
  const VectorXd residuals = oracle::kkt_residuals(dense, to_matrices(solver.variables()));
  CAPTURE(residuals.transpose(), before);
  CHECK(before > 0.1);
  CHECK(residuals.maxCoeff() < 1e-7);
}
