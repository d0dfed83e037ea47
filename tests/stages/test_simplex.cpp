#include <catch2/catch.hpp>
#include <random>

#include "stages/simplex.hpp"
#include "tests/oracles/dense_rum.hpp"

using namespace phasecast;

TEST_CASE("the projection on the simplex is the one bisection finds") {
  constexpr std::size_t points = 100;
  const int states = GENERATE(2, 3, 4, 5, 8);
  std::mt19937 random(states);
  std::normal_distribution<double> normal(0.2, 1);
  std::array<std::array<double, points>, 8> planes{};
  Eigen::MatrixXd before(states, points);
  for (std::size_t k = 0; k < points; ++k)
    for (int l = 0; l < states; ++l) before(l, k) = planes[l][k] = k == 0 ? 0.5 : normal(random);
  project_on_simplex(planes, states, points);
  for (std::size_t k = 0; k < points; ++k) {
    const Eigen::VectorXd expected = oracle::project_on_simplex(before.col(k));
    for (int l = 0; l < states; ++l) REQUIRE(planes[l][k] == Approx(expected(l)).margin(1e-14));
  }
}
