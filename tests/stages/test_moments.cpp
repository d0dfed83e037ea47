#include <tbb/global_control.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "stages/parallel.hpp"
#include "synthetic.hpp"

using namespace phasecast;
using synthetic::pixels_by_rows;

namespace {

double difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

bool same_bits(const NormalEquations& a, const NormalEquations& b) {
  return a.gram == b.gram && a.covariance == b.covariance && a.projection == b.projection &&
         a.energy == b.energy && a.misfit == b.misfit && a.noise_gain == b.noise_gain &&
         a.unusable == b.unusable;
}

constexpr Shape shape{9, 7};
constexpr int pixels = 63;

}  // namespace

TEST_CASE("the sums give the same normal equations as the normalized stack, in every mode") {
  const auto planned = synthetic::energies();
  for (const auto& config : synthetic::all_modes()) {
    for (int states : {2, 5}) {
      const auto dictionary = synthetic::dictionary(states, config, planned);
      const auto stack = synthetic::scan(states, planned, pixels, 0.01, 7);
      const auto dense = synthetic::normalize(dictionary, planned, stack);
      const auto equations = synthetic::equations(synthetic::moments(dictionary, shape, planned, stack));
      CAPTURE(static_cast<int>(config.mode), config.order, states);

      const Eigen::MatrixXd gram = dense.a.transpose() * dense.a;
      const Eigen::MatrixXd b = dense.y.transpose() * dense.a;
      const Eigen::VectorXd e = dense.y.colwise().squaredNorm();
      CHECK((equations.gram - gram).norm() < 1e-13 * gram.norm());
      CHECK((pixels_by_rows(equations.projection, pixels) - b).norm() < 1e-12 * b.norm());
      CHECK((pixels_by_rows(equations.energy, pixels) - e).norm() < 1e-12 * e.norm());
      CHECK(equations.energies == 40);
      for (int k = 0; k < pixels; ++k)
        CHECK(equations.noise_gain[static_cast<std::size_t>(k)] == Approx(1 / dense.step(k)).epsilon(1e-6));
      CHECK(std::all_of(equations.unusable.begin(), equations.unusable.end(), [](auto u) { return u == 0; }));
    }
  }
}

TEST_CASE("the covariance is that of least squares through the explicit normalization matrix") {
  const auto planned = synthetic::energies();
  for (const auto& config : synthetic::all_modes()) {
    const auto dictionary = synthetic::dictionary(3, config, planned);
    const auto stack = synthetic::scan(3, planned, pixels, 0.01, 8);
    // In part of a scan the references are not orthogonal to the polynomials over the received pre-edge.
    for (Eigen::Index skipped : {0, 4}) {
      const std::vector<double> received(planned.begin() + skipped, planned.end());
      const synthetic::Stack part = stack.bottomRows(40 - skipped);
      const auto dense = synthetic::normalize(dictionary, received, part);
      const auto equations = synthetic::equations(synthetic::moments(dictionary, shape, received, part));
      const Eigen::MatrixXd fit = dense.a.colPivHouseholderQr().solve(dense.subtract);
      const Eigen::MatrixXd covariance = fit * fit.transpose();
      CHECK((equations.covariance - covariance).norm() < 1e-9 * covariance.norm());
    }
  }
}

TEST_CASE("the misfit is the residual of references and background fitted together") {
  const auto planned = synthetic::energies();
  for (const auto& config : synthetic::all_modes()) {
    const auto dictionary = synthetic::dictionary(3, config, planned);
    const auto stack = synthetic::scan(3, planned, pixels, 0.01, 9);
    const auto dense = synthetic::normalize(dictionary, planned, stack);
    const auto equations = synthetic::equations(synthetic::moments(dictionary, shape, planned, stack));
    const Eigen::MatrixXd raw = stack.cast<double>();
    const Eigen::VectorXd misfit =
        (raw - dense.with_background * dense.with_background.colPivHouseholderQr().solve(raw))
            .colwise()
            .squaredNorm();
    // Σy² is about 10⁴ times the misfit, so that many digits are lost.
    CHECK((pixels_by_rows(equations.misfit, pixels) - misfit).norm() < 1e-8 * misfit.norm());
    CHECK(equations.degrees_of_freedom == 40 - static_cast<double>(dense.with_background.cols()));
  }
}

TEST_CASE("half a scan gives the normal equations of a stack of only those frames") {
  const auto planned = synthetic::energies();
  const auto config = synthetic::config(Normalization::pre_edge, 1);
  const auto dictionary = synthetic::dictionary(2, config, planned);
  const auto stack = synthetic::scan(2, planned, pixels, 0.01, 10);
  const std::vector<double> received(planned.begin(), planned.begin() + 22);
  const synthetic::Stack half = stack.topRows(22);
  const auto dense = synthetic::normalize(dictionary, received, half);
  const auto equations = synthetic::equations(synthetic::moments(dictionary, shape, received, half));
  const Eigen::MatrixXd b = dense.y.transpose() * dense.a;
  CHECK((pixels_by_rows(equations.projection, pixels) - b).norm() < 1e-12 * b.norm());
  CHECK(equations.energies == 22);
  CHECK(equations.degrees_of_freedom == 18);
}

TEST_CASE("the order of frames does not matter beyond rounding") {
  const auto planned = synthetic::energies();
  const auto stack = synthetic::scan(2, planned, pixels, 0.01, 11);
  std::vector<Eigen::Index> order(planned.size());
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937(5));
  for (const auto& config : synthetic::all_modes()) {
    const auto dictionary = synthetic::dictionary(2, config, planned);
    Moments shuffled(shape, dictionary);
    for (Eigen::Index t : order)
      shuffled.add(planned[static_cast<std::size_t>(t)], synthetic::frame(stack, t));
    const auto a = synthetic::equations(synthetic::moments(dictionary, shape, planned, stack));
    const auto b = synthetic::equations(shuffled);
    const double largest = *std::max_element(a.energy.begin(), a.energy.end());
    CHECK(difference(a.projection, b.projection) < 1e-12 * largest);
    CHECK(difference(a.energy, b.energy) < 1e-12 * largest);
  }
}

TEST_CASE("a frame added and taken out again leaves the normal equations as they were") {
  const auto planned = synthetic::energies();
  const auto stack = synthetic::scan(2, planned, pixels, 0.01, 12),
             other = synthetic::scan(2, planned, pixels, 0.3, 13);
  for (const auto& config : synthetic::all_modes()) {
    auto sums = synthetic::moments(synthetic::dictionary(2, config, planned), shape, planned, stack);
    const auto before = synthetic::equations(sums);
    for (Eigen::Index t = 0; t < other.rows(); ++t) {
      sums.add(planned[static_cast<std::size_t>(t)], synthetic::frame(other, t));
      sums.add(planned[static_cast<std::size_t>(t)], synthetic::frame(other, t), -1);
    }
    const auto after = synthetic::equations(sums);
    const double largest = *std::max_element(before.energy.begin(), before.energy.end());
    CHECK(after.energies == before.energies);
    CHECK((after.gram - before.gram).norm() < 1e-13 * before.gram.norm());
    CHECK(difference(after.projection, before.projection) < 1e-12 * largest);
    CHECK(difference(after.energy, before.energy) < 1e-12 * largest);
  }
}

TEST_CASE("moments of two halves add up to the moments of the whole") {
  const auto planned = synthetic::energies();
  const auto stack = synthetic::scan(2, planned, pixels, 0.01, 14);
  const auto dictionary = synthetic::dictionary(2, synthetic::config(Normalization::edge_step), planned);
  Moments first(shape, dictionary), second(shape, dictionary);
  for (Eigen::Index t = 0; t < stack.rows(); ++t)
    (t % 3 == 0 ? first : second).add(planned[static_cast<std::size_t>(t)], synthetic::frame(stack, t));
  first.add(second);
  const auto sum = synthetic::equations(first);
  const auto whole = synthetic::equations(synthetic::moments(dictionary, shape, planned, stack));
  CHECK(sum.energies == whole.energies);
  CHECK(sum.rounding == whole.rounding);
  CHECK(difference(sum.projection, whole.projection) < 1e-12);
  CHECK_THROWS_AS(first.add(Moments(Shape{2, 2}, dictionary)), std::invalid_argument);
}

TEST_CASE("one thread and two give bit-identical normal equations") {
  const auto planned = synthetic::energies(16);
  const Shape large{static_cast<int>(3 * block_pixels / 100), 100};
  const auto stack = synthetic::scan(2, planned, static_cast<int>(large.pixels()), 0.01, 15);
  const auto run = [&](std::size_t threads) {
    tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    const auto dictionary = synthetic::dictionary(2, synthetic::config(Normalization::edge_step, 1), planned);
    return synthetic::equations(synthetic::moments(dictionary, large, planned, stack));
  };
  CHECK(same_bits(run(1), run(2)));
}
