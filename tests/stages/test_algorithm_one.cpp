#include <tbb/task_arena.h>

#include <catch2/catch.hpp>

#include "stages/algorithm_one.hpp"
#include "tests/stages/rum_problem.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

template <class Real = double>
AlgorithmOne<Real> started(const RumProblem& problem, const AlgorithmOneConfig& config, double unit = 0.8) {
  AlgorithmOne<Real> solver(problem.shape, static_cast<int>(problem.dictionary.cols()), config, unit);
  const VectorXd scale = rough_scale(problem, 4);
  solver.set_equations(problem.equations);
  solver.start(planes(rough_fraction(problem, 3)), std::span(scale.data(), scale.size()));
  return solver;
}

template <class Real>
void iterate(AlgorithmOne<Real>& solver, const RumProblem& problem, int times) {
  for (int k = 0; k < times; ++k) solver.iterate(problem.valid);
}

template <class Real>
std::vector<Real> map_of(const AlgorithmOne<Real>& solver) {
  return {solver.fractions().begin(), solver.fractions().end()};
}

}  // namespace

TEST_CASE("the objective (7) falls from the start to iteration 20 and on to 200") {
  const int states = GENERATE(2, 3, 5);
  const RumProblem problem = make_problem({24, 30}, states, 0.8, 0.1, 1);
  auto solver = started(problem, {.lambda = 0.2, .rho = 2});
  const double at_start = solver.objective();
  iterate(solver, problem, 20);
  const double at_20 = solver.objective();
  iterate(solver, problem, 180);
  CHECK(at_20 < 0.9 * at_start);
  CHECK(solver.objective() < at_20);
}

TEST_CASE("after every iteration the fractions are feasible") {
  const int states = GENERATE(2, 3, 8);
  const RumProblem problem = make_problem({13, 17}, states, 0.8, 0.5, 2);
  auto solver = started<float>(problem, {.lambda = 0.2});
  const std::size_t pixels = problem.shape.pixels();
  for (int k = 0; k < 30; ++k) {
    solver.iterate(problem.valid);
    for (std::size_t i = 0; i < pixels; ++i) {
      float sum = 0;
      for (int l = 0; l < states; ++l) {
        REQUIRE(solver.fractions()[l * pixels + i] >= 0);
        sum += solver.fractions()[l * pixels + i];
      }
      REQUIRE(sum == Approx(1).margin(2e-6));
    }
  }
}

TEST_CASE("the float build follows the double build") {
  const int states = GENERATE(2, 3);
  const RumProblem problem = make_problem({40, 50}, states, 0.8, 0.1, 3);
  auto in_double = started<double>(problem, {.lambda = 0.3});
  auto in_float = started<float>(problem, {.lambda = 0.3});
  iterate(in_double, problem, 50);
  iterate(in_float, problem, 50);
  CHECK(distance(problem, in_float.fractions(), in_double.fractions()) < 1e-5);
  CHECK(in_float.objective() == Approx(in_double.objective()).epsilon(1e-5));
}

TEST_CASE("one thread and two give the same map bit for bit") {
  const RumProblem problem = make_problem({150, 170}, 2, 0.8, 0.1, 4);  // more than three blocks
  const auto solve_with = [&](int threads) {
    tbb::task_arena arena(threads);
    return arena.execute([&] {
      auto solver = started<float>(problem, {.lambda = 0.3});
      iterate(solver, problem, 10);
      return map_of(solver);
    });
  };
  CHECK(solve_with(1) == solve_with(2));
}

TEST_CASE("without noise and with a vanishing lambda the truth comes back") {
  const int states = GENERATE(2, 3);
  RumProblem problem = make_problem({9, 11}, states, 0.8, 0, 5);
  auto solver = started(problem, {.lambda = 1e-9, .rho = 0.5});
  iterate(solver, problem, 4000);
  CHECK(distance(problem, solver.fractions(), planes(problem.fraction)) < 1e-6);
  for (std::size_t i = 0; i < problem.shape.pixels(); ++i)
    if (problem.valid[i]) REQUIRE(solver.scale()[i] == Approx(problem.scale(i)).margin(1e-6));
}

TEST_CASE("data, lambda and typical scale in other units give the same map") {
  const RumProblem problem = make_problem({12, 14}, 3, 0.8, 0.1, 6);
  RumProblem thousandfold = problem;
  thousandfold.scale *= 1000;
  for (double& b : thousandfold.equations.projection) b *= 1000;
  for (double& e : thousandfold.equations.energy) e *= 1e6;
  auto solver = started(problem, {.lambda = 0.2}, 0.8);
  auto other = started(thousandfold, {.lambda = 0.2e6}, 800);
  iterate(solver, problem, 30);
  iterate(other, thousandfold, 30);
  CHECK(distance(problem, solver.fractions(), other.fractions()) < 1e-12);
  CHECK(other.scale()[100] == Approx(1000 * solver.scale()[100]));
  CHECK(other.objective() == Approx(1e6 * solver.objective()));
}

TEST_CASE("a pixel without data takes the fractions of its surroundings") {
  RumProblem problem = make_problem({10, 12}, 2, 0.8, 0, 7);
  problem.fraction.row(0).setConstant(0.7);
  problem.fraction.row(1).setConstant(0.3);
  problem.scale.setConstant(0.8);
  measure(problem, 0, 7);
  auto solver = started(problem, {.lambda = 0.3});
  iterate(solver, problem, 1000);
  CHECK(solver.fractions()[3] == Approx(0.7).margin(1e-4));
  CHECK(solver.scale()[3] == Approx(0).margin(1e-4));
}

TEST_CASE("setting the same data again changes nothing") {
  const RumProblem problem = make_problem({12, 14}, 2, 0.8, 0.1, 8);
  auto once = started(problem, {.lambda = 0.2});
  auto again = started(problem, {.lambda = 0.2});
  iterate(once, problem, 10);
  iterate(again, problem, 5);
  again.set_equations(problem.equations);
  iterate(again, problem, 5);
  CHECK(map_of(once) == map_of(again));
}

TEST_CASE("a warm start is nearer to the next scan's map than a cold start") {
  RumProblem problem = make_problem({64, 64}, 2, 0.8, 0.4, 9);
  const AlgorithmOneConfig config{.lambda = 0.5};
  const auto cold_start = [&] {
    const MatrixXd z = least_squares(problem);
    const VectorXd scale = z.colwise().sum();
    AlgorithmOne<float> solver(problem.shape, 2, config, 0.8);
    solver.set_equations(problem.equations);
    solver.start(planes(fractions_of(z)), std::span(scale.data(), scale.size()));
    return solver;
  };
  auto warm = cold_start();
  iterate(warm, problem, 300);
  measure(problem, 0.4, 10);
  warm.set_equations(problem.equations);
  warm.start_warm(planes(fractions_of(least_squares(problem))));
  auto cold = cold_start(), limit = cold_start();
  iterate(warm, problem, 5);
  iterate(cold, problem, 5);
  iterate(limit, problem, 2000);
  const double warm_distance = distance(problem, warm.fractions(), limit.fractions());
  const double cold_distance = distance(problem, cold.fractions(), limit.fractions());
  CAPTURE(warm_distance, cold_distance);
  CHECK(warm_distance < 0.8 * cold_distance);
}

TEST_CASE("normalized as in the paper, X sums to one and W is not negative") {
  const RumProblem problem = make_problem({12, 14}, 3, 0.8, 0.3, 10);
  auto solver = started(problem, {.lambda = 0.2, .sum_to_one = SumToOne::paper_normalization});
  iterate(solver, problem, 20);
  const auto& v = solver.variables();
  const std::size_t pixels = problem.shape.pixels();
  for (std::size_t i = 0; i < pixels; ++i)
    REQUIRE(v.x[i] + v.x[pixels + i] + v.x[2 * pixels + i] == Approx(1));
  CHECK(*std::min_element(v.w.begin(), v.w.end()) >= 0);
}

TEST_CASE("a pixel whose X has no positive sum moves to the nearest point that sums to one") {
  RumVariables<double> v({1, 2}, 2);
  v.x = {-0.5, 0.3, 0.1, 0.9};
  v.normalize_x(0, 2);
  CHECK(v.x[0] == Approx(0.2));
  CHECK(v.x[2] == Approx(0.8));
  CHECK(v.x[1] == Approx(0.25));
  CHECK(v.x[3] == Approx(0.75));
}

TEST_CASE("what cannot be solved is refused with its name and value") {
  const auto make = [](Shape shape, int states, AlgorithmOneConfig config, double unit) {
    return [=] { AlgorithmOne<float>(shape, states, config, unit); };
  };
  CHECK_THROWS_WITH(make({0, 5}, 2, {.lambda = 1}, 1)(), Catch::Contains("pixels"));
  CHECK_THROWS_WITH(make({5, 5}, 1, {.lambda = 1}, 1)(), Catch::Contains("states is 1"));
  CHECK_THROWS_WITH(make({5, 5}, 9, {.lambda = 1}, 1)(), Catch::Contains("states is 9"));
  CHECK_THROWS_WITH(make({5, 5}, 2, {.lambda = -1}, 1)(), Catch::Contains("lambda is -1"));
  CHECK_THROWS_WITH(make({5, 5}, 2, {.lambda = 0}, 1)(), Catch::Contains("rho is 0"));
  CHECK_THROWS_WITH(make({5, 5}, 2, {.lambda = 1, .cg_steps = 0}, 1)(), Catch::Contains("cg_steps is 0"));
  CHECK_THROWS_WITH(make({5, 5}, 2, {.lambda = 1}, 0)(), Catch::Contains("typical scale is 0"));
  AlgorithmOne<float> solver({5, 5}, 2, {.lambda = 1}, 1);
  const std::vector<std::uint8_t> valid(25, 1);
  CHECK_THROWS_WITH(solver.iterate(valid), Catch::Contains("equations"));
  CHECK_THROWS_WITH(solver.set_equations(make_problem({5, 6}, 2, 1, 0, 1).equations),
                    Catch::Contains("projection is 60"));
}

TEST_CASE("another penalty leaves the limit where it is") {
  const RumProblem problem = make_problem({6, 7}, 2, 0.8, 0.1, 5);
  auto solver = started(problem, {.lambda = 0.2, .rho = 2});
  iterate(solver, problem, 20000);
  const auto limit = map_of(solver);
  solver.set_penalty(0.2, 6);
  solver.set_equations(problem.equations);
  iterate(solver, problem, 5);
  CHECK(distance(problem, solver.fractions(), limit) < 1e-7);
}
