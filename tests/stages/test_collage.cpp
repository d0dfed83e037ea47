#include "stages/collage.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

using namespace phasecast;

TEST_CASE("a small image is taken whole") {
  const Shape shape{300, 300};
  const std::vector<std::uint8_t> sample(shape.pixels(), 1);
  const Collage collage = collage_of(shape, sample);
  REQUIRE(collage.shape == shape);
  std::vector<std::size_t> all(shape.pixels());
  std::iota(all.begin(), all.end(), std::size_t{0});
  CHECK(collage.source == all);
}

TEST_CASE("pieces of a large image are where the sample is, each pixel once, and never neighbors") {
  const Shape shape{1300, 1400};
  std::vector<std::uint8_t> sample(shape.pixels());
  const auto in_sample = [](std::size_t y, std::size_t x) {
    return y >= 254 && y < 762 && x >= 381 && x < 1016;
  };
  for (std::size_t k = 0; k < sample.size(); ++k) sample[k] = in_sample(k / 1400, k % 1400);
  const Collage collage = collage_of(shape, sample);
  const auto width = static_cast<std::size_t>(collage.shape.width);
  REQUIRE(collage.source.size() == collage.shape.pixels());
  CHECK(collage.source.size() < shape.pixels() / 4);

  std::vector<std::size_t> taken;
  for (std::size_t k = 0; k < collage.source.size(); ++k) {
    const std::size_t from = collage.source[k];
    if (from == Collage::no_pixel) continue;
    taken.push_back(from);
    REQUIRE(in_sample(from / 1400, from % 1400));
    const auto is_neighbor = [&](std::size_t next, std::size_t offset) {
      return next == Collage::no_pixel || next == from + offset;
    };
    if (k % width + 1 < width) REQUIRE(is_neighbor(collage.source[k + 1], 1));
    if (k + width < collage.source.size()) REQUIRE(is_neighbor(collage.source[k + width], 1400));
  }
  CHECK(taken.size() > 250000);
  std::sort(taken.begin(), taken.end());
  CHECK(std::adjacent_find(taken.begin(), taken.end()) == taken.end());
}

TEST_CASE("planes are taken pixel by pixel, with a value of their own where there is none") {
  Collage collage{{1, 3}, {4, Collage::no_pixel, 0}};
  const std::vector<float> planes{0, 1, 2, 3, 4, 10, 11, 12, 13, 14};
  CHECK(collage.take<float>(planes, 5, -1) == std::vector<float>{4, -1, 0, 14, -1, 10});
}
