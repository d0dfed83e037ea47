#include "stages/bm3d.hpp"

#include <tbb/task_arena.h>

#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "../oracles/naive_bm3d.hpp"

using namespace phasecast;

namespace {

/// Smooth regions with edges between them, values 0 to 1, and noise.
Image<float> noisy_map(Shape shape, float sigma, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> noise(0, sigma);
  Image<float> image(shape);
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x) {
      const bool grain = std::hypot(y - 0.45 * shape.height, x - 0.4 * shape.width) < 0.3 * shape.height;
      const double value = grain ? 0.9 - 0.3 * x / shape.width : 0.2 + 0.2 * y / shape.height;
      image.at(y, x) = static_cast<float>(value) + (sigma > 0 ? noise(random) : 0);
    }
  return image;
}

std::vector<float> denoised(const Bm3dConfig& config, const Image<float>& noisy, float sigma) {
  std::vector<float> result(noisy.values.size());
  bm3d(config)(noisy.shape, noisy.values, sigma, result);
  return result;
}

double mean_square(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += std::pow(static_cast<double>(a[k]) - b[k], 2);
  return sum / static_cast<double>(a.size());
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (std::size_t k = 0; k < a.size(); ++k)
    largest = std::max(largest, std::abs(static_cast<double>(a[k]) - b[k]));
  return largest;
}

/// In the same units as the fast one: around the mean, noise 1.
std::vector<float> denoised_naively(const Image<float>& noisy, float sigma, const naive::Scales& scales) {
  const int height = noisy.shape.height, width = noisy.shape.width;
  naive::Image image(height, width);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) image(y, x) = noisy.at(y, x);
  const double mean = image.mean();
  const naive::Image estimate = naive::denoise((image.array() - mean) / sigma, scales);
  std::vector<float> result;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) result.push_back(static_cast<float>(mean + sigma * estimate(y, x)));
  return result;
}

}  // namespace

TEST_CASE("both steps of bm3d are those of a patch-by-patch reference for any shape, step and group") {
  struct Case {
    Shape shape;
    int step, radius, group, final_group;
  };
  for (const Case& c :
       {Case{{8, 8}, 3, 4, 8, 8}, Case{{9, 31}, 2, 5, 4, 8}, Case{{47, 38}, 3, 6, 8, 16},
        Case{{40, 21}, 6, 3, 16, 32}, Case{{26, 33}, 4, 9, 2, 1}, Case{{70, 12}, 8, 2, 1, 0},
        Case{{17, 19}, 1, 2, 8, 2}, Case{{24, 30}, 5, 4, 32, 0}, Case{{31, 300}, 7, 2, 8, 8}}) {
    CAPTURE(c.shape.height, c.shape.width, c.step);
    const auto noisy = noisy_map(c.shape, 0.1f, 40 + static_cast<unsigned>(c.step));
    const auto fast = denoised({c.step, c.radius, c.group, c.final_group, false}, noisy, 0.1f);
    const auto expected =
        denoised_naively(noisy, 0.1f, {{c.step, c.radius, c.group}, {c.step, c.radius, c.final_group}, 0});
    CHECK(largest_difference(fast, expected) < 2e-6);
  }
}

TEST_CASE(
    "coarser scales and sparser matches under strong noise are those of the reference, also for odd sides") {
  for (float sigma : {0.1f, 0.3f, 0.4f, 1.0f}) {
    CAPTURE(sigma);
    const auto noisy = noisy_map({45, 51}, sigma, 50);  // a second coarser scale would have no room
    const auto expected = denoised_naively(noisy, sigma, {{3, 5, 8}, {3, 5, 8}, 1});
    CHECK(largest_difference(denoised({3, 5, 8, 8, true}, noisy, sigma), expected) < 5e-6 * sigma / 0.1);
  }
}

TEST_CASE("bm3d gives the same values for any number of threads") {
  const auto noisy = noisy_map({120, 97}, 0.2f, 51);
  std::vector<float> one, many;
  tbb::task_arena(1).execute([&] { one = denoised(bm3d_normal, noisy, 0.2f); });
  tbb::task_arena(4).execute([&] { many = denoised(bm3d_normal, noisy, 0.2f); });
  CHECK(one == many);
}

TEST_CASE("bm3d returns a constant image and, without noise, its input") {
  const Image<float> constant({40, 40}, 7.25f);
  CHECK(largest_difference(denoised(bm3d_fast, constant, 0.1f), constant.values) < 1e-5);
  const auto image = noisy_map({33, 40}, 0.1f, 52);
  CHECK(denoised(bm3d_fast, image, 0) == image.values);
}

TEST_CASE("bm3d follows a constant added to the values and a factor of values and sigma") {
  const auto noisy = noisy_map({60, 50}, 0.2f, 53);
  const auto result = denoised(bm3d_normal, noisy, 0.2f);
  auto shifted = noisy, scaled = noisy;
  for (float& value : shifted.values) value += 16;
  for (float& value : scaled.values) value *= -3e-7f;
  auto expected_shifted = result, expected_scaled = result;
  for (float& value : expected_shifted) value += 16;
  for (float& value : expected_scaled) value *= -3e-7f;
  CHECK(largest_difference(denoised(bm3d_normal, shifted, 0.2f), expected_shifted) < 2e-5);
  CHECK(largest_difference(denoised(bm3d_normal, scaled, 0.2f * 3e-7f), expected_scaled) < 3e-7 * 1e-5);
}

TEST_CASE(
    "coarser scales gain 0.5 dB where noise is as strong as the signal, and nothing is lost where it is "
    "weak") {
  const auto clean = noisy_map({150, 160}, 0, 0);
  const auto gain = [&](float sigma) {
    const auto noisy = noisy_map(clean.shape, sigma, 54);
    Bm3dConfig one_scale = bm3d_normal;
    one_scale.scales = false;
    return 10 * std::log10(mean_square(denoised(one_scale, noisy, sigma), clean.values) /
                           mean_square(denoised(bm3d_normal, noisy, sigma), clean.values));
  };
  CHECK(gain(1.0f) > 0.5);
  CHECK(gain(0.03f) > 0);
}

TEST_CASE("bm3d refuses what it cannot denoise, and says why") {
  using Catch::Contains;
  CHECK_THROWS_WITH(bm3d({.step = 9}), Contains("step must be 1 to 8, not 9"));
  CHECK_THROWS_WITH(bm3d({.step = 0}), Contains("step"));
  CHECK_THROWS_WITH(bm3d({.radius = 0}), Contains("radius must be 1 to 128, not 0"));
  CHECK_THROWS_WITH(bm3d({.group = 12}), Contains("group must be 1, 2, 4, 8, 16 or 32, not 12"));
  CHECK_THROWS_WITH(bm3d({.final_group = 64}), Contains("final_group"));
  const std::vector<float> values(100);
  std::vector<float> result(100);
  const Denoiser denoiser = bm3d(bm3d_fast);
  CHECK_THROWS_WITH(denoiser({7, 10}, values, 1, result), Contains("height must be 8 or more, not 7"));
  CHECK_THROWS_WITH(denoiser({10, 7}, values, 1, result), Contains("width"));
  CHECK_THROWS_WITH(denoiser({10, 11}, values, 1, result), Contains("noisy must have") && Contains("110"));
  CHECK_THROWS_WITH(denoiser({10, 10}, values, 1, std::span(result).first(9)),
                    Contains("denoised must have"));
  CHECK_THROWS_WITH(denoiser({10, 10}, values, -1, result), Contains("sigma must be finite and 0 or more"));
  CHECK_THROWS_AS(denoiser({10, 10}, values, std::numeric_limits<float>::quiet_NaN(), result),
                  std::invalid_argument);
}
