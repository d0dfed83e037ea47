#include "stages/despike.hpp"

#include <tbb/global_control.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

using namespace phasecast;

namespace {

constexpr float dead = std::numeric_limits<float>::quiet_NaN();
constexpr Shape shape{60, 80};

std::size_t at(int y, int x) {
  return static_cast<std::size_t>(y * shape.width + x);
}

std::vector<float> noise(double sigma, unsigned seed, Shape of = shape) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(1, static_cast<float>(sigma));
  std::vector<float> frame(of.pixels());
  for (float& v : frame) v = normal(random);
  return frame;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

TEST_CASE("the noise of a frame is estimated, whatever its edges and spikes") {
  auto frame = noise(0.05, 1);
  for (int y = 0; y < shape.height; ++y)
    for (int x = 40; x < shape.width; ++x) frame[at(y, x)] += 3;
  for (int y = 0; y < shape.height; y += 10) frame[at(y, 7)] = dead;
  // 4.5 standard deviations of the median of 4700 absolute normal differences, neighbors' differences
  // correlated.
  CHECK(frame_noise(shape, frame) == Approx(0.05).epsilon(4.5 * 1.17 * std::sqrt(2.0 / 4700)));
}

TEST_CASE("planted spikes are replaced by the mean of their neighbors and nothing else changes") {
  const auto clean = noise(0.01, 2);
  auto frame = clean;
  const std::vector<std::size_t> spikes{at(0, 0),   at(0, 33),  at(59, 79), at(20, 0),
                                        at(30, 41), at(32, 41), at(45, 17)};
  for (std::size_t i = 0; i < spikes.size(); ++i) frame[spikes[i]] += i % 2 == 0 ? 0.3f : -0.4f;
  frame[at(10, 10)] = dead;
  CHECK(despike({}, shape, frame) == spikes.size() + 1);

  double sum = 0;
  for (int y : {29, 30, 31})
    for (int x : {40, 41, 42}) sum += y == 30 && x == 41 ? 0 : clean[at(y, x)];
  CHECK(frame[at(30, 41)] == static_cast<float>(sum / 8));
  CHECK(frame[at(0, 0)] == Approx((clean[at(0, 1)] + clean[at(1, 0)] + clean[at(1, 1)]) / 3));
  CHECK(std::isfinite(frame[at(10, 10)]));
  for (std::size_t k : spikes) frame[k] = clean[k];
  frame[at(10, 10)] = clean[at(10, 10)];
  CHECK(same_bits(frame, clean));
}

TEST_CASE("edges, corners and lines one pixel wide stay bit-identical") {
  std::vector<float> frame(shape.pixels(), 0.25f);
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 50; x < 70; ++x)
      if (y > 20 && y < 40) frame[at(y, x)] = 1.75f;  // a rectangle
    frame[at(y, 5)] = 2;                              // a vertical line
    if (y < 40) frame[at(y, 8 + y)] = -1;             // a diagonal
  }
  const float sigma = GENERATE(0.0f, 0.02f);
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  for (float& v : frame) v += sigma * normal(random);
  const auto before = frame;
  CHECK(despike({}, shape, frame) == 0);
  CHECK(same_bits(frame, before));
}

TEST_CASE("a dead pixel beside a spike is repaired from the sound neighbors alone") {
  std::vector<float> frame(shape.pixels(), 1);
  for (std::size_t k = 0; k < frame.size(); k += 2) frame[k] = 1.001f;
  frame[at(30, 30)] = dead;
  frame[at(30, 31)] = 50;
  CHECK(despike({}, shape, frame) == 2);
  CHECK(frame[at(30, 30)] == Approx(1.0005).margin(0.0005));
  CHECK(frame[at(30, 31)] == Approx(1.0005).margin(0.0005));
}

TEST_CASE("NaN without a sound neighbor stays, and its border is repaired") {
  auto frame = noise(0.01, 4);
  for (int y = 20; y < 25; ++y)
    for (int x = 20; x < 25; ++x) frame[at(y, x)] = dead;
  CHECK(despike({}, shape, frame) == 16);
  for (int y = 20; y < 25; ++y)
    for (int x = 20; x < 25; ++x)
      CHECK(std::isnan(frame[at(y, x)]) == (y > 20 && y < 24 && x > 20 && x < 24));
}

TEST_CASE("a lone value among NaN is kept and repairs its neighbors") {
  std::vector<float> frame = noise(0.01, 5);
  for (int y = 20; y < 27; ++y)
    for (int x = 20; x < 27; ++x)
      if (y != 23 || x != 23) frame[at(y, x)] = dead;
  frame[at(23, 23)] = 99;
  despike({}, shape, frame);
  CHECK(frame[at(23, 23)] == 99);
  CHECK(frame[at(22, 23)] == 99);
  CHECK(std::isnan(frame[at(21, 23)]));
}

TEST_CASE("despiking that is switched off touches nothing, not even NaN") {
  std::vector<float> frame(shape.pixels(), dead);
  frame[0] = 7;
  CHECK(despike({.enabled = false}, shape, frame) == 0);
  CHECK(frame[0] == 7);
  CHECK(std::isnan(frame[1]));
}

TEST_CASE("white noise alone is left as it is") {
  auto frame = noise(0.1, 6);
  const auto before = frame;
  CHECK(despike({}, shape, frame) == 0);
  CHECK(same_bits(frame, before));
}

TEST_CASE("one thread and two despike alike") {
  const Shape large{200, 170};
  const auto run = [&](std::size_t threads) {
    tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    auto frame = noise(0.01, 7, large);
    for (std::size_t k = 3; k < frame.size(); k += 61) frame[k] = k % 2 == 0 ? dead : 9;
    despike({}, large, frame);
    return frame;
  };
  CHECK(same_bits(run(1), run(2)));
}

TEST_CASE("frames of a single row or column are despiked, too") {
  for (const Shape thin : {Shape{1, 50}, Shape{50, 1}, Shape{2, 2}, Shape{1, 1}}) {
    auto frame = noise(0.01, 8, thin);
    frame[0] = dead;
    despike({}, thin, frame);
    CHECK(std::isnan(frame[0]) == (thin.pixels() == 1));
  }
}
