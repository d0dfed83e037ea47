#include <tbb/global_control.h>

#include <catch2/catch.hpp>
#include <set>

#include "stages/lcf.hpp"
#include "stages/parallel.hpp"
#include "synthetic.hpp"

using namespace phasecast;

namespace {

/// Random references and data; mixtures often leave the feasible set, so that every kind of support occurs.
NormalEquations random_problem(int states, int pixels, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  const Eigen::MatrixXd a =
      Eigen::MatrixXd::NullaryExpr(3 * states, states, [&](auto, auto) { return 1 + normal(random); });
  const Eigen::MatrixXd z =
      Eigen::MatrixXd::NullaryExpr(states, pixels, [&](auto, auto) { return normal(random); });
  NormalEquations equations;
  equations.shape = {1, pixels};
  equations.states = states;
  equations.gram = a.transpose() * a;
  const Eigen::MatrixXd b = (equations.gram * z).transpose();
  equations.projection.assign(b.reshaped().begin(), b.reshaped().end());
  equations.unusable.resize(static_cast<std::size_t>(pixels));
  return equations;
}

Eigen::VectorXd pixel(const std::vector<double>& planes, int states, int pixels, int k) {
  Eigen::VectorXd values(states);
  for (int l = 0; l < states; ++l) values(l) = planes[static_cast<std::size_t>(l * pixels + k)];
  return values;
}

}  // namespace

TEST_CASE("non-negative fits satisfy the optimality conditions for two to eight states") {
  const int pixels = 301;
  for (int states = 2; states <= 8; ++states) {
    const auto equations = random_problem(states, pixels, static_cast<unsigned>(states));
    const auto result = lcf(equations, LcfConstraint::non_negative);
    std::set<long> support_sizes;
    for (int k = 0; k < pixels; ++k) {
      const double scale = result.scale[static_cast<std::size_t>(k)];
      const Eigen::VectorXd x = pixel(result.fraction, states, pixels, k), z = scale * x;
      const Eigen::VectorXd b = pixel(equations.projection, states, pixels, k);
      const Eigen::VectorXd gradient = equations.gram * z - b;
      const double tolerance = 1e-11 * b.norm();
      CHECK(x.minCoeff() >= 0);
      CHECK(x.sum() == Approx(1).epsilon(1e-14));
      CHECK(gradient.minCoeff() > -tolerance);
      CHECK(z.cwiseProduct(gradient).cwiseAbs().maxCoeff() < tolerance * std::max(1.0, z.norm()));
      support_sizes.insert((z.array() > 0).count());
    }
    CHECK(support_sizes.size() == static_cast<std::size_t>(states) + 1);  // none of them, ..., all of them
  }
}

TEST_CASE("non-negative fits of states that are nearly mixtures of each other are optimal too") {
  const double apart = GENERATE(1e-1, 1e-2, 1e-3, 1e-4, 0.0);
  const int states = 4, pixels = 301;
  auto equations = random_problem(states, pixels, 3);
  // The last state becomes the mean of the first two, but for a part of what it was.
  Eigen::MatrixXd mix = Eigen::MatrixXd::Identity(states, states);
  mix.col(3) << 0.5, 0.5, 0, apart;
  const Eigen::MatrixXd gram = mix.transpose() * equations.gram * mix;
  const Eigen::Map<const Eigen::MatrixXd> b(equations.projection.data(), pixels, states);
  const Eigen::MatrixXd projection = b * mix;
  const Eigen::MatrixXd z = non_negative_amounts(gram, projection);
  CAPTURE(apart);
  for (int k = 0; k < pixels; ++k) {
    const Eigen::VectorXd own = z.row(k), gradient = gram * own - projection.row(k).transpose();
    const double tolerance = 1e-8 * projection.row(k).norm();
    CHECK(own.minCoeff() >= 0);
    CHECK(gradient.minCoeff() > -tolerance);
    CHECK(own.cwiseProduct(gradient).cwiseAbs().maxCoeff() < tolerance * std::max(1.0, own.norm()));
  }
}

TEST_CASE("amounts are the fractions times the scale") {
  const int states = 3, pixels = 301;
  const auto equations = random_problem(states, pixels, 1);
  const auto result = lcf(equations, LcfConstraint::non_negative);
  const Eigen::MatrixXd z = non_negative_amounts(
      equations.gram, Eigen::Map<const Eigen::MatrixXd>(equations.projection.data(), pixels, states));
  for (int k = 0; k < pixels; ++k) {
    const Eigen::VectorXd expected =
        result.scale[static_cast<std::size_t>(k)] * pixel(result.fraction, states, pixels, k);
    CHECK((z.row(k).transpose() - expected).norm() <= 1e-14 * expected.norm());
  }
}

TEST_CASE("sum-to-one fits satisfy the optimality conditions for two to eight states") {
  const int pixels = 301;
  for (int states = 2; states <= 8; ++states) {
    const auto equations = random_problem(states, pixels, static_cast<unsigned>(10 + states));
    const auto result = lcf(equations, LcfConstraint::non_negative_sum_to_one);
    std::set<long> support_sizes;
    for (int k = 0; k < pixels; ++k) {
      const Eigen::VectorXd x = pixel(result.fraction, states, pixels, k);
      const Eigen::VectorXd b = pixel(equations.projection, states, pixels, k);
      const Eigen::VectorXd gradient = equations.gram * x - b;
      CHECK(result.scale[static_cast<std::size_t>(k)] == 1);
      CHECK(x.minCoeff() >= 0);
      CHECK(x.sum() == Approx(1).epsilon(1e-14));
      // The same gradient wherever a state is present; no smaller one where it is absent.
      CHECK(x.dot(gradient) - gradient.minCoeff() < 1e-11 * (b.norm() + equations.gram.norm()));
      support_sizes.insert((x.array() > 0).count());
    }
    CHECK(support_sizes.size() >= 2);
  }
}

TEST_CASE("two states agree with the closed form") {
  const int pixels = 500;
  const auto equations = random_problem(2, pixels, 42);
  const auto& g = equations.gram;
  const auto free = lcf(equations, LcfConstraint::non_negative);
  const auto fixed = lcf(equations, LcfConstraint::non_negative_sum_to_one);
  for (int k = 0; k < pixels; ++k) {
    const Eigen::VectorXd b = pixel(equations.projection, 2, pixels, k);
    const double determinant = g(0, 0) * g(1, 1) - g(0, 1) * g(0, 1);
    Eigen::Vector2d z((g(1, 1) * b(0) - g(0, 1) * b(1)) / determinant,
                      (g(0, 0) * b(1) - g(0, 1) * b(0)) / determinant);
    if (z.minCoeff() < 0) {
      const Eigen::Vector2d alone(std::max(b(0), 0.0) / g(0, 0), std::max(b(1), 0.0) / g(1, 1));
      const bool first = b(0) * alone(0) > b(1) * alone(1);
      z = first ? Eigen::Vector2d(alone(0), 0) : Eigen::Vector2d(0, alone(1));
    }
    CHECK((free.scale[static_cast<std::size_t>(k)] * pixel(free.fraction, 2, pixels, k) - z).norm() <
          1e-12 * (1 + z.norm()));

    const double x = (b(0) - b(1) - g(0, 1) + g(1, 1)) / (g(0, 0) - 2 * g(0, 1) + g(1, 1));
    CHECK(fixed.fraction[static_cast<std::size_t>(k)] ==
          Approx(std::min(std::max(x, 0.0), 1.0)).margin(1e-12));
  }
}

TEST_CASE("a pixel of which nothing is known has equal fractions and no scale") {
  auto equations = random_problem(3, 40, 1);
  equations.unusable[7] = 1;
  for (std::size_t l = 0; l < 3; ++l) equations.projection[l * 40 + 8] = l == 0 ? -1 : -2;  // nothing there
  const auto result = lcf(equations, LcfConstraint::non_negative);
  for (std::size_t k : {7u, 8u}) {
    CHECK(result.scale[k] == 0);
    for (std::size_t l = 0; l < 3; ++l) CHECK(result.fraction[l * 40 + k] == 1.0 / 3);
  }
  const auto fixed = lcf(equations, LcfConstraint::non_negative_sum_to_one);
  CHECK(fixed.scale[7] == 0);
  CHECK(fixed.fraction[7] == 1.0 / 3);
  CHECK(fixed.scale[8] == 1);
}

TEST_CASE("one thread and two give bit-identical fits") {
  const auto equations = random_problem(4, static_cast<int>(2 * block_pixels + 77), 3);
  const auto run = [&](std::size_t threads) {
    tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    return lcf(equations, LcfConstraint::non_negative);
  };
  const auto one = run(1), two = run(2);
  CHECK(one.fraction == two.fraction);
  CHECK(one.scale == two.scale);
}

TEST_CASE("more states than can be enumerated are refused") {
  auto equations = random_problem(2, 1, 1);
  equations.states = 9;
  CHECK_THROWS_AS(lcf(equations, LcfConstraint::non_negative), std::invalid_argument);
}
