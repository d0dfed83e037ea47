#include <catch2/catch.hpp>
#include <cmath>

#include "stages/convergence.hpp"

using namespace phasecast;

TEST_CASE("for changes that shrink by a constant factor the distance is the sum of all changes to come") {
  const double rate = GENERATE(0.5, 0.8, 0.95);
  Convergence convergence;
  double change = 1;
  for (int k = 0; k < 40; ++k) convergence.add(change *= rate);
  // The estimate takes the RMS of the last eight changes for the last one: larger by at most 1 / rate⁷.
  const double to_come = change * rate / (1 - rate);
  CHECK(convergence.distance() >= to_come);
  CHECK(convergence.distance() <= to_come * std::pow(rate, -7));
}

TEST_CASE("changes that do not shrink leave the distance large, however small they are") {
  Convergence convergence;
  for (int k = 0; k < 200; ++k) convergence.add(1e-3 * (1 + 0.2 * std::sin(k)));
  CHECK(convergence.distance() > 0.1);
}

TEST_CASE("before enough changes are known nothing counts as converged") {
  Convergence convergence;
  for (int k = 0; k < 8; ++k) {
    CHECK(std::isinf(convergence.distance()));
    convergence.add(1e-9);
  }
}

TEST_CASE("a map that does not change any more is at its limit") {
  Convergence convergence;
  for (int k = 0; k < 8; ++k) convergence.add(k < 4 ? 1e-3 : 0);
  CHECK(convergence.distance() == 0);
}

TEST_CASE("a few passes of a fast decay are enough to tell") {
  Convergence convergence;
  double change = 1;
  for (int k = 0; k < 8; ++k) convergence.add(change *= 0.3);
  const double to_come = change * 0.3 / 0.7;
  CHECK(convergence.distance() >= to_come);
  CHECK(convergence.distance() <= to_come * std::pow(0.3, -2));
}

TEST_CASE("a fast beginning does not hide how slowly the rest decays") {  // as solvers begin
  const int changes = GENERATE(8, 12, 16, 24);
  Convergence convergence;
  for (int k = 1; k <= changes; ++k) convergence.add(0.1 * std::pow(0.3, k) + 0.005 * std::pow(0.8, k));
  const double to_come = 0.1 * std::pow(0.3, changes + 1) / 0.7 + 0.005 * std::pow(0.8, changes + 1) / 0.2;
  CHECK(convergence.distance() >= 0.9 * to_come);
  CHECK(convergence.distance() <= 5 * to_come);
}
