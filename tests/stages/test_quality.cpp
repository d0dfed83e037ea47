#include "stages/quality.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <limits>
#include <vector>

#include "tests/paths.hpp"

using namespace phasecast;

namespace {

struct Maps {
  std::vector<float> estimate, truth;
};

/// As in tests/oracles/quality.py.
Maps oracle_maps(long states, long height, long width, long error) {
  Maps maps;
  for (long k = 0; k < states * height * width; ++k) {
    const long gray = (k / width * 37 + k * 11 + k / (height * width) * 101) % 700 + 100;
    const long off = (k * k * 31 + 17 * k) % 997 - 498;
    maps.truth.push_back(static_cast<float>(gray) / 1000.0F);
    maps.estimate.push_back(maps.truth.back() +
                            static_cast<float>(off) / 1000.0F * static_cast<float>(error / 1000.0));
  }
  return maps;
}

constexpr float unknown = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("PSNR and SSIM agree with the numpy script") {
  std::ifstream file(PHASECAST_SOURCE_DIR "/tests/oracles/quality.txt");
  int cases = 0;
  for (long states, height, width, error; file >> states >> height >> width >> error; ++cases) {
    double expected_psnr = 0, expected_ssim = 0;
    REQUIRE(file >> expected_psnr >> expected_ssim);
    const Maps maps = oracle_maps(states, height, width, error);
    const Shape shape{static_cast<int>(height), static_cast<int>(width)};
    CHECK(psnr(maps.estimate, maps.truth) == Approx(expected_psnr).epsilon(1e-6));
    CHECK(ssim(shape, maps.estimate, maps.truth) == Approx(expected_ssim).epsilon(1e-5));
  }
  CHECK(cases == 3);
}

TEST_CASE("a constant error of 0.1 is an RMSE of 0.1, whatever the number of states") {
  for (const std::size_t size : {7, 14, 35}) {
    const std::vector<float> truth(size, 0.3F), estimate(size, 0.4F);
    CHECK(rmse(estimate, truth) == Approx(0.1));
    CHECK(psnr(estimate, truth) == Approx(20 * std::log10(0.4 / 0.1)));
    CHECK(psnr(rmse(estimate, truth), 1) == Approx(20));
  }
}

TEST_CASE("values that are NaN on either side count neither as right nor as wrong") {
  const std::vector<float> truth{0.5F, unknown, 0.5F, 0.5F}, estimate{0.5F, 0.9F, unknown, 0.7F};
  CHECK(rmse(estimate, truth) == Approx(std::sqrt(0.04 / 2)));
  CHECK(std::isnan(rmse(std::vector<float>{unknown}, std::vector<float>{1})));
}

TEST_CASE("SSIM is 1 for equal maps, below for any other, and the same both ways") {
  const Maps maps = oracle_maps(2, 20, 15, 400);
  const Shape shape{20, 15};
  CHECK(ssim(shape, maps.truth, maps.truth) == Approx(1));
  const double there = ssim(shape, maps.estimate, maps.truth), back = ssim(shape, maps.truth, maps.estimate);
  CHECK(there < 1);
  CHECK(there == Approx(back));
}

TEST_CASE("maps that cannot be compared are refused by what is wrong") {
  const std::vector<float> small(100), other(110);
  CHECK_THROWS_WITH(rmse(small, other), Catch::Contains("100") && Catch::Contains("110"));
  CHECK_THROWS_WITH(ssim({10, 10}, small, small), Catch::Contains("10 x 10"));
  CHECK_THROWS_WITH(ssim({11, 11}, small, small), Catch::Contains("no maps of 121 pixels"));
  std::vector<float> holes(121), whole(121);
  holes[60] = unknown;
  CHECK_THROWS_WITH(ssim({11, 11}, holes, whole), Catch::Contains("estimate"));
}
