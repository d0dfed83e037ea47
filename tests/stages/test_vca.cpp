#include "stages/vca.hpp"

#include <tbb/global_control.h>

#include <catch2/catch.hpp>

#include "tests/stages/blind_problem.hpp"

namespace phasecast {
namespace {

using blind_problem::largest_angle;
using blind_problem::make;
using blind_problem::Problem;

/// Pixels in the coordinates of the truth's span: orthonormal, as many as states.
struct Cloud {
  Eigen::MatrixXd axes;
  Eigen::MatrixXf points;

  explicit Cloud(const Problem& problem) {
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(problem.a);
    axes = qr.householderQ() * Eigen::MatrixXd::Identity(problem.a.rows(), problem.a.cols());
    Eigen::MatrixXd y(problem.a.rows(), problem.fraction.cols());
    for (Eigen::Index t = 0; t < y.rows(); ++t)
      for (Eigen::Index k = 0; k < y.cols(); ++k) y(t, k) = problem.frames[t][k];
    points = (axes.transpose() * y).cast<float>();
  }
};

Endmembers endmembers_of(const Eigen::MatrixXf& cloud, const VcaConfig& config) {
  auto found = find_endmembers(cloud, config);
  INFO((found.ok() ? "" : found.error().text()));
  REQUIRE(found.ok());
  return *found;
}

}  // namespace

TEST_CASE("pure pixels without noise are found to rounding, whatever their scale") {
  for (int states = 1; states <= 6; ++states)
    for (bool refine : {false, true}) {
      const Problem problem = make({.states = states, .shape = {30, 40}, .thin = 0.01});
      const Cloud cloud(problem);
      const auto found = endmembers_of(cloud.points, {.states = states, .average = 1, .refine = refine});
      INFO("states " << states << " refine " << refine);
      CHECK(largest_angle(cloud.axes * found.points, problem.a) < 2e-5);
      CHECK(found.misfit < 1e-6);
      for (Eigen::Index vertex : found.vertices) CHECK(problem.fraction.col(vertex).maxCoeff() == 1);
    }
}

TEST_CASE("the mean of nearest pixels is as good as its pixels, and better with noise") {
  const Problem clean = make({.states = 3});
  const Cloud cloud(clean);
  CHECK(largest_angle(cloud.axes * endmembers_of(cloud.points, {.states = 3}).points, clean.a) < 2e-5);
  double one = 0, nine = 0;
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const Problem noisy = make({.states = 3, .sigma = 0.1, .seed = seed, .shape = {30, 40}, .thin = 0.8});
    const Cloud with_noise(noisy);
    one += largest_angle(
        with_noise.axes * endmembers_of(with_noise.points, {.states = 3, .average = 1}).points, noisy.a);
    nine += largest_angle(with_noise.axes * endmembers_of(with_noise.points, {.states = 3}).points, noisy.a);
  }
  CHECK(nine < one);
}

TEST_CASE("with noise the endmembers stay near: 3 degrees where the states are 9 apart") {
  for (int states = 2; states <= 4; ++states)
    for (unsigned seed = 1; seed <= 2; ++seed) {
      const Problem problem =
          make({.states = states, .sigma = 0.02, .seed = seed, .shape = {30, 40}, .thin = 0.75});
      const Cloud cloud(problem);
      const auto found = endmembers_of(cloud.points, {.states = states, .seed = seed});
      INFO("states " << states << " seed " << seed);
      CHECK(largest_angle(cloud.axes * found.points, problem.a) < 3);
    }
}

TEST_CASE("a few bad pixels do not become endmembers when vertices may be exchanged") {
  const Problem problem = make({.states = 3, .sigma = 0.01, .thin = 0.75});
  const Cloud cloud(problem);
  const Eigen::VectorXf mean = mean_direction(cloud.points);
  // As in real scans, something small is in every pixel that the states do not explain: two more axes.
  Eigen::MatrixXf points = Eigen::MatrixXf::Zero(5, cloud.points.cols());
  points.topRows(3) = cloud.points;
  std::mt19937 random(1);
  std::normal_distribution<float> variability(0, 0.1F);
  for (float& value : points.bottomRows(2).reshaped()) value = variability(random);
  for (Eigen::Index k = 0; k < 4; ++k)
    points.col(1000 * k).head(3) = mean + 0.5F * Eigen::VectorXf::Unit(3, 1);
  const auto angle = [&](bool refine) {
    const auto found = endmembers_of(points, {.states = 3, .average = 1, .refine = refine});
    return largest_angle(cloud.axes * found.points.topRows(3), problem.a);
  };
  CHECK(angle(false) > 10);
  CHECK(angle(true) < 3);
}

TEST_CASE("an exchange never explains less") {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const Problem problem =
        make({.states = 4, .sigma = 0.05, .seed = seed, .shape = {30, 30}, .pure = 0, .thin = 0.75});
    const Cloud cloud(problem);
    const auto misfit = [&](bool refine) {
      return endmembers_of(cloud.points, {.states = 4, .seed = seed, .refine = refine}).misfit;
    };
    CHECK(misfit(true) <= misfit(false));
  }
}

TEST_CASE("the same seed gives the same endmembers, on one thread and on many") {
  const Problem problem = make({.states = 3, .sigma = 0.05, .thin = 0.75});
  const Cloud cloud(problem);
  const auto with_threads = [&](std::size_t threads) {
    const tbb::global_control control(tbb::global_control::max_allowed_parallelism, threads);
    return endmembers_of(cloud.points, {.states = 3, .seed = 7});
  };
  const auto one = with_threads(1), many = with_threads(4);
  CHECK(one.vertices == many.vertices);
  CHECK(one.points == many.points);
  CHECK(one.misfit == many.misfit);
}

TEST_CASE("a cloud that cannot hold the states is refused") {
  const Cloud cloud(make({.states = 3, .shape = {20, 20}}));
  const auto cause = [](const Eigen::MatrixXf& points, const VcaConfig& config) {
    const auto found = find_endmembers(points, config);
    return found.ok() ? std::string() : found.error().cause;
  };
  CHECK(cause(cloud.points, {.states = 0}) == "states");
  CHECK(cause(cloud.points, {.states = 4}) == "states");
  CHECK(cause(Eigen::MatrixXf::Ones(10, 100), {.states = 9}) == "states");
  CHECK(cause(cloud.points.leftCols(8), {.states = 3}) == "pixels");
  CHECK(cause(cloud.points, {.states = 3, .average = 0}) == "pixels");
  CHECK(cause(Eigen::MatrixXf::Ones(3, 100), {.states = 2}) == "cloud");
  Eigen::MatrixXf opposite = cloud.points;
  opposite.col(5) *= -1;
  CHECK(cause(opposite, {.states = 3}) == "cloud");
}

}  // namespace phasecast
