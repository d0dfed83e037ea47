#include "stages/subspace.hpp"

#include <tbb/global_control.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/paths.hpp"
#include "tests/stages/blind_problem.hpp"

namespace phasecast {
namespace {

using blind_problem::make;

Subspace subspace_of(const StackView& view, int at_least = 1) {
  auto subspace = find_subspace(view, at_least);
  INFO((subspace.ok() ? "" : subspace.error().text()));
  REQUIRE(subspace.ok());
  return std::move(*subspace);
}

/// RMS over all values of the subspace's frames minus `truth`.
template <class Truth>
double distance(const Subspace& subspace, const Truth& truth) {
  const std::size_t pixels = subspace.shape.pixels();
  std::vector<float> frame(pixels);
  double square = 0;
  for (Eigen::Index t = 0; t < subspace.noise.size(); ++t) {
    reconstruct(subspace, t, frame);
    for (std::size_t k = 0; k < pixels; ++k) square += std::pow(frame[k] - truth(t, k), 2);
  }
  return std::sqrt(square / static_cast<double>(subspace.noise.size()) / static_cast<double>(pixels));
}

std::map<std::string, std::vector<double>> oracle() {
  std::ifstream file(PHASECAST_SOURCE_DIR "/tests/oracles/subspace.txt");
  std::map<std::string, std::vector<double>> numbers;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    for (double value; words >> value;) numbers[name].push_back(value);
  }
  return numbers;
}

}  // namespace

TEST_CASE("noise, eigenvalues and projection agree with the dense numpy script") {
  auto numbers = oracle();
  REQUIRE(numbers["size"].size() == 3);
  const int energies = static_cast<int>(numbers["size"][0]), pixels = static_cast<int>(numbers["size"][1]);
  const std::vector<float> stack(numbers["stack"].begin(), numbers["stack"].end());
  std::vector<const float*> pointers;
  for (int t = 0; t < energies; ++t) pointers.push_back(stack.data() + t * pixels);
  const Subspace subspace = subspace_of({{1, pixels}, pointers});
  CHECK(subspace.dimension() == static_cast<Eigen::Index>(numbers["size"][2]));
  for (int t = 0; t < energies; ++t) {
    CHECK(subspace.noise(t) == Approx(numbers["noise"][t]).epsilon(1e-9));
    CHECK(subspace.eigenvalues(t) == Approx(numbers["eigenvalues"][t]).epsilon(1e-9));
  }
  CHECK(distance(subspace, [&](Eigen::Index t, std::size_t k) {
          return numbers["denoised"][static_cast<std::size_t>(t) * pixels + k];
        }) < 2e-7);
}

TEST_CASE("a stack without noise has as many dimensions as states and is recovered") {
  for (int states = 1; states <= 5; ++states) {
    const auto problem = make({.states = states});
    const Subspace subspace = subspace_of(problem.view());
    CHECK(subspace.dimension() == states);
    CHECK(distance(subspace, [&](Eigen::Index t, std::size_t k) { return problem.frames[t][k]; }) < 1e-6);
  }
}

TEST_CASE("the dimension is the number of states for every seed and noise that leaves them above it") {
  for (int states = 1; states <= 5; ++states)
    for (unsigned seed = 1; seed <= 4; ++seed)
      for (double sigma : {0.001, 0.01, 0.05}) {
        const Subspace subspace = subspace_of(make({.states = states, .sigma = sigma, .seed = seed}).view());
        INFO("states " << states << " seed " << seed << " sigma " << sigma);
        CHECK(subspace.dimension() == states);
        // 4200 pixels know σ to 1.1 %.
        for (double noise : subspace.noise) CHECK(noise == Approx(sigma).epsilon(0.05));
      }
}

TEST_CASE("noise alone has no dimension beyond the one that is always kept") {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    auto problem = make({.states = 1, .sigma = 1, .seed = seed, .empty = 1});
    const Subspace subspace = subspace_of(problem.view());
    CHECK(subspace.dimension() == 1);
    CHECK(subspace.eigenvalues(0) < subspace.noise_edge);
  }
}

TEST_CASE("projection leaves the part k/E of the noise power") {
  const double sigma = 0.02;
  for (int states : {2, 4}) {
    const auto clean = make({.states = states});
    auto noisy = make({.states = states});
    std::mt19937_64 random(5);
    std::normal_distribution<double> noise(0, sigma);
    for (auto& frame : noisy.frames)
      for (float& value : frame) value += static_cast<float>(noise(random));
    const Subspace subspace = subspace_of(noisy.view());
    const double left = distance(subspace, [&](Eigen::Index t, std::size_t k) { return clean.frames[t][k]; });
    CHECK(left / sigma == Approx(std::sqrt(states / 60.0)).epsilon(0.03));
  }
}

TEST_CASE("coefficients carry white noise of unit strength") {
  const auto problem = make({.states = 2, .sigma = 0.03});
  Subspace subspace = subspace_of(problem.view());
  const auto clean = make({.states = 2});
  Eigen::MatrixXd difference(2, clean.a.rows() > 0 ? problem.fraction.cols() : 0);
  for (Eigen::Index k = 0; k < difference.cols(); ++k) {
    Eigen::VectorXd y(clean.a.rows());
    for (Eigen::Index t = 0; t < y.size(); ++t) y(t) = clean.frames[t][k] / subspace.noise(t);
    const Eigen::MatrixXd v = subspace.noise.cwiseInverse().asDiagonal() * subspace.basis;
    const Eigen::VectorXd exact = v.transpose() * y;
    for (int i = 0; i < 2; ++i) difference(i, k) = subspace.plane(i)[k] - exact(i);
  }
  const Eigen::MatrixXd covariance =
      difference * difference.transpose() / static_cast<double>(difference.cols());
  CHECK(covariance(0, 0) == Approx(1).epsilon(0.06));
  CHECK(covariance(1, 1) == Approx(1).epsilon(0.06));
  CHECK(std::abs(covariance(0, 1)) < 0.06);
}

TEST_CASE("a denoiser sees each eigen-image once, complete and with noise of 1") {
  auto problem = make({.states = 3, .sigma = 0.02});
  problem.frames[7][33] = NAN;
  Subspace subspace = subspace_of(problem.view());
  CHECK(subspace.excluded == 1);
  int calls = 0;
  denoise(subspace, [&](Shape shape, std::span<const float> noisy, float sigma, std::span<float> clean) {
    ++calls;
    CHECK(shape == problem.shape);
    CHECK(sigma == 1);
    CHECK(std::all_of(noisy.begin(), noisy.end(), [](float v) { return std::isfinite(v); }));
    std::fill(clean.begin(), clean.end(), static_cast<float>(calls));
  });
  CHECK(calls == 3);
  for (int i = 0; i < 3; ++i) {
    CHECK(subspace.plane(i)[0] == static_cast<float>(i + 1));
    CHECK(std::isnan(subspace.plane(i)[33]));
  }
  const auto before = subspace.coefficients;
  denoise(subspace, Denoiser());
  CHECK(before[0] == subspace.coefficients[0]);
}

TEST_CASE("one thread and many give the same subspace, bit for bit") {
  const auto problem = make({.states = 3, .sigma = 0.02, .shape = {90, 110}});
  const auto with_threads = [&](std::size_t threads) {
    const tbb::global_control control(tbb::global_control::max_allowed_parallelism, threads);
    return subspace_of(problem.view());
  };
  const Subspace one = with_threads(1), many = with_threads(4);
  CHECK(one.eigenvalues == many.eigenvalues);
  CHECK(one.coefficients == many.coefficients);
}

TEST_CASE("a stack that has no subspace is refused") {
  const auto cause = [](const StackView& view) {
    const auto subspace = find_subspace(view);
    return subspace.ok() ? std::string() : subspace.error().cause;
  };
  auto problem = make({});
  CHECK(cause({problem.shape, {}}) == "stack");
  CHECK(cause({{1, 100}, problem.pointers}) == "pixels");
  std::fill(problem.frames[4].begin(), problem.frames[4].end(), 0.0F);
  CHECK(cause(problem.view()) == "frame");
  std::fill(problem.frames[4].begin(), problem.frames[4].end(), NAN);
  CHECK(cause(problem.view()) == "pixels");
}

}  // namespace phasecast
