#include "stages/resample.hpp"

#include <tbb/global_control.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>

#include "tests/paths.hpp"

using namespace phasecast;

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

std::vector<float> random_image(Shape shape, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> image(shape.pixels());
  for (float& v : image) v = normal(random);
  return image;
}

std::vector<float> resampled(Shape shape, const std::vector<float>& frame, const Alignment& alignment) {
  std::vector<float> moved(shape.pixels());
  resample(shape, frame, alignment, moved);
  return moved;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// Every pixel from its 36 inputs in double precision, straight from the definition.
float by_definition(Shape shape, const std::vector<float>& frame, const Alignment& a, int y, int x) {
  const auto keys = [](double t) {  // Keys (1981), IEEE Trans. ASSP 29, 1153: the kernel of O(h^4)
    t = std::abs(t);
    if (t < 1) return 4 * std::pow(t, 3) / 3 - 7 * std::pow(t, 2) / 3 + 1;
    if (t < 2) return -7 * std::pow(t, 3) / 12 + 3 * std::pow(t, 2) - 59 * t / 12 + 15.0 / 6;
    return std::pow(t, 3) / 12 - 2 * std::pow(t, 2) / 3 + 21 * t / 12 - 3.0 / 2;
  };
  const double cx = (shape.width - 1) / 2.0, cy = (shape.height - 1) / 2.0;
  const double at_x = cx + a.magnification * (x - cx) + a.x, at_y = cy + a.magnification * (y - cy) + a.y;
  const int left = static_cast<int>(std::floor(at_x)) - 2, top = static_cast<int>(std::floor(at_y)) - 2;
  if (left < 0 || top < 0 || left + 6 > shape.width || top + 6 > shape.height) return missing;
  double sum = 0, weights = 0;
  for (int v = top; v < top + 6; ++v)
    for (int u = left; u < left + 6; ++u) {
      const double weight = keys(at_x - u) * keys(at_y - v);
      sum += weight * frame[static_cast<std::size_t>(v * shape.width + u)];
      weights += weight;
    }
  return static_cast<float>(sum / weights);
}

struct MovedImage {
  Alignment alignment;
  std::vector<float> pixels;
};

/// What tests/oracles/moved_images.py computed from sums of cosines.
std::vector<MovedImage> numpy_images() {
  std::ifstream file(PHASECAST_SOURCE_DIR "/tests/oracles/moved_images.txt");
  std::vector<MovedImage> images;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    std::istringstream words(line);
    MovedImage image;
    words >> image.alignment.x >> image.alignment.y >> image.alignment.magnification;
    for (float v; words >> v;) image.pixels.push_back(v);
    images.push_back(std::move(image));
  }
  return images;
}

}  // namespace

TEST_CASE("an image that has not moved is copied, bit for bit", "[register]") {
  const Shape shape{33, 47};
  const auto image = random_image(shape, 1);
  CHECK(same_bits(resampled(shape, image, {}), image));
}

TEST_CASE("every pixel is Keys' sum over its 36 inputs, NaN where one of them is missing", "[register]") {
  const Shape shape{70, 90};
  const auto image = random_image(shape, 2);
  const auto alignment = GENERATE(Alignment{0.5, -0.25, 1}, Alignment{-3.7, 2.2, 1.01},
                                  Alignment{11.3, -40.1, 0.93}, Alignment{2, 3, 1}, Alignment{1e9, -1e9, 1});
  const auto moved = resampled(shape, image, alignment);
  double worst = 0;
  std::size_t differently_missing = 0;
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x) {
      const float expected = by_definition(shape, image, alignment, y, x);
      const float found = moved[static_cast<std::size_t>(y * shape.width + x)];
      if (std::isnan(expected) != std::isnan(found))
        ++differently_missing;
      else if (!std::isnan(found))
        worst = std::max(worst, std::abs(static_cast<double>(expected) - found));
    }
  CHECK(differently_missing == 0);
  CHECK(worst < 1e-5);  // values of 1, summed in single precision
}

TEST_CASE("a cubic surface is moved and magnified exactly", "[register]") {
  const Shape shape{40, 50};
  const auto surface = [](double x, double y) {
    return 1 + 0.03 * x - 0.02 * y + 2e-3 * x * y - 1e-5 * x * x * y + 4e-6 * y * y * y;
  };
  std::vector<float> image;
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x) image.push_back(static_cast<float>(surface(x, y)));
  const Alignment alignment{1.3, -2.6, 1.02};
  const auto moved = resampled(shape, image, alignment);
  double worst = 0;
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x) {
      const float found = moved[static_cast<std::size_t>(y * shape.width + x)];
      const double expected = surface(24.5 + 1.02 * (x - 24.5) + 1.3, 19.5 + 1.02 * (y - 19.5) - 2.6);
      if (!std::isnan(found)) worst = std::max(worst, std::abs(found - expected));
    }
  CHECK(worst < 1e-5);  // values up to 5 in single precision
}

TEST_CASE("a pixel without a value takes those with it that are made of it, and no others", "[register]") {
  const Shape shape{40, 40};
  std::vector<float> image(shape.pixels(), 1.0f);
  image[20 * 40 + 20] = missing;
  const auto moved = resampled(shape, image, {0.5, 0.5, 1});
  for (int y = 4; y < 36; ++y)
    for (int x = 4; x < 36; ++x) {
      const bool made_of_it = y >= 17 && y <= 22 && x >= 17 && x <= 22;
      CHECK(std::isnan(moved[static_cast<std::size_t>(y * 40 + x)]) == made_of_it);
    }
}

TEST_CASE("images moved by numpy's sums of cosines come back where they were", "[register]") {
  const Shape shape{40, 52};
  const auto images = numpy_images();
  REQUIRE(images.size() == 5);
  for (const MovedImage& image : images) {
    REQUIRE(image.pixels.size() == shape.pixels());
    const auto back = resampled(shape, image.pixels, image.alignment);
    double squares = 0;
    std::size_t valid = 0;
    for (std::size_t k = 0; k < back.size(); ++k) {
      if (std::isnan(back[k])) continue;
      squares += std::pow(static_cast<double>(back[k]) - images[0].pixels[k], 2);
      ++valid;
    }
    CAPTURE(image.alignment.x, image.alignment.y, image.alignment.magnification);
    CHECK(valid > shape.pixels() / 2);
    CHECK(std::sqrt(squares / static_cast<double>(valid)) < 0.01);  // of the image's own RMS, 1
  }
}

TEST_CASE("one thread and several move an image to the same bits", "[register]") {
  const Shape shape{300, 211};
  const auto image = random_image(shape, 3);
  const Alignment alignment{1.3, -0.7, 1.004};
  const auto several = resampled(shape, image, alignment);
  const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
  CHECK(same_bits(resampled(shape, image, alignment), several));
}

TEST_CASE("an image of another size is refused", "[register]") {
  std::vector<float> image(99), moved(100);
  CHECK_THROWS_AS(resample({10, 10}, image, Alignment{1, 0, 1}, moved), std::invalid_argument);
}
