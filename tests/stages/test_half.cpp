#include "stages/half.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

using namespace phasecast;

namespace {

float decoded(Half half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  const double sign = half >> 15 ? -1 : 1;
  if (exponent == 31) return fraction ? std::numeric_limits<float>::quiet_NaN() : sign * INFINITY;
  return static_cast<float>(exponent == 0 ? sign * std::ldexp(fraction, -24)
                                          : sign * std::ldexp(1024 + fraction, exponent - 25));
}

std::vector<float> there_and_back(const std::vector<float>& values) {
  std::vector<Half> halves(values.size());
  std::vector<float> back(values.size());
  to_half(values, halves);
  to_float(halves, back);
  return back;
}

}  // namespace

TEST_CASE("every half precision number is read as IEEE 754 defines it, and written as it was") {
  std::vector<Half> halves(65536);
  for (std::size_t k = 0; k < halves.size(); ++k) halves[k] = static_cast<Half>(k);
  std::vector<float> values(halves.size());
  std::vector<Half> again(halves.size());
  to_float(halves, values);
  to_half(values, again);
  for (std::size_t k = 0; k < halves.size(); ++k) {
    const float expected = decoded(halves[k]);
    if (std::isnan(expected)) {
      REQUIRE((std::isnan(values[k]) && std::isnan(decoded(again[k]))));
    } else {
      REQUIRE(std::bit_cast<std::uint32_t>(values[k]) == std::bit_cast<std::uint32_t>(expected));
      REQUIRE(again[k] == halves[k]);
    }
  }
}

TEST_CASE("a value changes by at most 2^-11 of itself in half precision, and ties go to even") {
  std::vector<float> values;
  for (float v = 6.2e-5f; v < 60000; v *= 1.0007f) values.push_back(values.size() % 2 ? v : -v);
  const auto back = there_and_back(values);
  for (std::size_t k = 0; k < values.size(); ++k)
    REQUIRE(std::abs(back[k] - values[k]) <= std::abs(values[k]) / 2048);
  CHECK(there_and_back({1 + 1.0f / 2048, 1 + 3.0f / 2048}) == std::vector<float>{1, 1 + 4.0f / 2048});
}

TEST_CASE("what half precision cannot hold becomes infinite, and NaN stays NaN") {
  const auto back = there_and_back({65504, 65520, -1e30f, std::numeric_limits<float>::quiet_NaN(), 1e-9f});
  CHECK(back[0] == 65504);
  CHECK(back[1] == std::numeric_limits<float>::infinity());
  CHECK(back[2] == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(back[3]));
  CHECK(back[4] == 0);
}

TEST_CASE("rows of any length are converted and nothing beyond them") {
  for (std::size_t count = 0; count < 70; ++count) {
    std::vector<float> values(count, 1.5f);
    std::vector<Half> halves(count + 1, 7);
    std::vector<float> back(count + 1, 9);
    to_half(values, std::span(halves).first(count));
    to_float(std::span(halves).first(count), std::span(back).first(count));
    for (std::size_t k = 0; k < count; ++k) REQUIRE(back[k] == 1.5f);
    CHECK(halves[count] == 7);
    CHECK(back[count] == 9);
  }
}
