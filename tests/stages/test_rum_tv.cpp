#include "stages/rum_tv.hpp"

#include <tbb/global_control.h>

#include <catch2/catch.hpp>

#include "stages/algorithm_one.hpp"
#include "stages/lambda.hpp"
#include "stages/lcf.hpp"
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

UnmixProblem problem_of(const RumProblem& problem, double lambda) {
  return {problem.equations, problem.valid, 0.8, 0.1, lambda};
}

template <class Real>
RumTv<Real> started(const RumProblem& problem, double lambda, RumTvConfig config = {}) {
  RumTv<Real> solver(problem.shape, static_cast<int>(problem.dictionary.cols()), config);
  solver.set_problem(problem_of(problem, lambda));
  const auto scale = rough_scale(problem, 4);
  solver.start(planes(rough_fraction(problem, 3)), {scale.data(), problem.shape.pixels()});
  return solver;
}

template <class Real>
std::vector<Real> map_after(RumTv<Real>& solver, int iterations) {
  for (int i = 0; i < iterations; ++i) solver.iterate();
  return solver.fractions();
}

}  // namespace

TEST_CASE("RUM-TV has the limit of Algorithm 1 where the sample fills a periodic image") {
  const auto [states, lambda] =
      GENERATE(table<int, double>({{2, 0.02}, {2, 0.6}, {3, 0.02}, {3, 0.2}, {5, 0.02}}));
  const auto problem = full_problem({13, 17}, states, 0.1, 7);
  AlgorithmOneConfig literal_config;
  literal_config.lambda = lambda;
  literal_config.cg_steps = 20;
  AlgorithmOne<double> literal(problem.shape, states, literal_config, 0.8);
  literal.set_equations(problem.equations);
  const auto scale = rough_scale(problem, 4);
  literal.start(planes(rough_fraction(problem, 3)), {scale.data(), problem.shape.pixels()});
  for (int i = 0; i < 20000; ++i) literal.iterate(problem.valid);

  auto solver = started<double>(problem, lambda, {.border = Border::periodic});
  CAPTURE(states, lambda);
  CHECK(distance(problem, map_after(solver, 2000), literal.fractions()) < 1e-5);
}

TEST_CASE("RUM-TV satisfies the KKT conditions in the end and not before") {
  const int states = GENERATE(2, 3);
  const auto problem = make_problem({14, 18}, states, 0.8, 0.2, 3);
  auto solver = started<double>(problem, 0.1);
  map_after(solver, 3);
  CHECK(solver.kkt(problem.equations).largest() > 1e-3);
  map_after(solver, 5000);
  const KktResiduals residuals = solver.kkt(problem.equations);
  for (std::size_t line = 0; line < residuals.relative.size(); ++line) {
    CAPTURE(states, KktResiduals::lines[line]);
    CHECK(residuals.relative[line] < 1e-6);
  }
}

TEST_CASE("single precision follows double precision") {
  const int states = GENERATE(2, 3);
  const auto problem = make_problem({40, 50}, states, 0.8, 0.2, 3);
  auto single = started<float>(problem, 0.3);
  auto twice = started<double>(problem, 0.3);
  CHECK(distance(problem, map_after(single, 60), map_after(twice, 60)) < 1e-4);
}

TEST_CASE("fractions are feasible after every pass, and empty pixels say nothing") {
  const int states = GENERATE(2, 3);
  const auto problem = make_problem({20, 30}, states, 0.8, 0.5, 5);
  auto solver = started<float>(problem, 0.2);
  const std::size_t pixels = problem.shape.pixels();
  for (int i = 0; i < 10; ++i) {
    const auto map = map_after(solver, 1);
    for (std::size_t k = 0; k < pixels; ++k) {
      double sum = 0;
      for (std::size_t l = 0; l < map.size() / pixels; ++l) {
        REQUIRE(map[l * pixels + k] >= 0);
        sum += map[l * pixels + k];
        if (!problem.valid[k]) REQUIRE(map[l * pixels + k] == Approx(1.0 / states));
      }
      REQUIRE(sum == Approx(1).margin(1e-5));
    }
  }
}

TEST_CASE("what lies across an empty gap has no influence") {
  auto problem = make_problem({16, 24}, 2, 0.8, 0.2, 6);
  const auto column = [&](std::size_t k) { return k % 24; };
  for (std::size_t k = 0; k < problem.shape.pixels(); ++k) problem.valid[k] = column(k) != 12;
  auto before = started<double>(problem, 0.5);
  const auto map = map_after(before, 300);
  for (std::size_t k = 0; k < problem.shape.pixels(); ++k)
    if (column(k) > 12) problem.equations.projection[k] *= 1.3;
  auto after = started<double>(problem, 0.5);
  const auto changed = map_after(after, 300);
  double left = 0, right = 0;
  for (std::size_t k = 0; k < problem.shape.pixels(); ++k)
    (column(k) < 12 ? left : right) = std::max(column(k) < 12 ? left : right, std::abs(map[k] - changed[k]));
  CHECK(left < 1e-6);
  CHECK(right > 0.01);
}

TEST_CASE("weights may change on the way without moving the limit") {
  const auto problem = make_problem({12, 15}, 3, 0.8, 0.2, 8);
  auto straight = started<double>(problem, 0.3), detour = started<double>(problem, 0.1);
  map_after(detour, 20);
  auto harder = problem_of(problem, 0.3);
  harder.rho = 5;
  detour.set_problem(harder);
  CHECK(distance(problem, map_after(straight, 3000), map_after(detour, 3000)) < 1e-5);
}

TEST_CASE("from least squares, RUM-TV is within 0.005 of its limit after 30 passes") {
  auto problem = make_problem({96, 128}, 2, 0.8, 0.1, 2);
  problem.equations.noise_gain.assign(problem.shape.pixels(), 1);
  problem.equations.unusable.assign(problem.shape.pixels(), 0);
  const LcfResult start = lcf(problem.equations, LcfConstraint::non_negative);
  const auto after = [&](int passes) {
    RumTv<float> solver(problem.shape, 2);
    solver.set_problem(
        {problem.equations, problem.valid, 0.8, 0.1, lambda_by_rule(problem.equations, 0.1, 0.8)});
    solver.start(start.fraction, start.scale);
    return map_after(solver, passes);
  };
  CHECK(distance(problem, after(30), after(1500)) < 0.005);
}

TEST_CASE("RUM-TV gives the same bits with one thread and with two") {
  const auto problem = make_problem({150, 140}, 3, 0.8, 0.3, 4);
  const auto map_with = [&](std::size_t threads) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    auto solver = started<float>(problem, 0.3);
    return map_after(solver, 8);
  };
  CHECK(map_with(1) == map_with(2));
}

TEST_CASE("where the bands begin makes no difference") {
  const int states = GENERATE(2, 3);
  const auto problem = make_problem({29, 33}, states, 0.8, 0.3, 4);
  const auto map_with = [&](int rows) {
    auto solver = started<float>(problem, 0.3, {.band_rows = rows});
    return map_after(solver, 6);
  };
  const auto whole = map_with(29);
  for (const int rows : {1, 2, 5, 28}) CHECK(map_with(rows) == whole);
}

TEST_CASE("passes settle in single precision, however strong the noise and however few the steps") {
  const auto [sigma, steps] =
      GENERATE(table<double, int>({{0.05, 2}, {0.3, 2}, {0.3, 6}, {1.0, 4}, {1.0, 8}}));
  const auto problem = make_problem({60, 70}, 2, 0.8, sigma, 9);
  auto solver = started<float>(problem, 2 * sigma, {.x_steps = steps});
  map_after(solver, 200);
  const double early = solver.iterate().map_change;
  map_after(solver, 800);
  CAPTURE(sigma, steps, early);
  CHECK(solver.iterate().map_change <= std::max(early, 1e-6));
}

TEST_CASE("RUM-TV names what it cannot solve") {
  const auto problem = make_problem({5, 6}, 2, 0.8, 0.1, 1);
  RumTv<float> solver(problem.shape, 2);
  CHECK_THROWS_WITH(solver.iterate(), Catch::Contains("equations"));
  CHECK_THROWS_WITH(solver.set_problem(problem_of(problem, 0)), Catch::Contains("lambda is 0"));
  CHECK_THROWS_WITH(RumTv<float>({5, 6}, 1), Catch::Contains("states is 1"));
  CHECK_THROWS_WITH(RumTv<float>({5, 6}, 9), Catch::Contains("states is 9"));
  CHECK_THROWS_WITH(RumTv<float>({0, 6}, 2), Catch::Contains("pixels is 0"));
  CHECK_THROWS_WITH(RumTv<float>({5, 6}, 2, {.x_steps = 3}), Catch::Contains("x_steps is 3"));
  CHECK_THROWS_WITH(RumTv<float>({5, 6}, 2, {.relaxation = 2}), Catch::Contains("relaxation is 2"));
}
