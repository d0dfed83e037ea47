#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "stages/lambda.hpp"
#include "stages/trust.hpp"

using namespace phasecast;

namespace {

constexpr double sigma_of_scale = 0.02;

/// A scan of which only the scale is known: noise σ 1 becomes a scale noise of 0.02.
NormalEquations scan_of(std::size_t pixels) {
  NormalEquations equations;
  equations.shape = {1, static_cast<int>(pixels)};
  equations.states = 2;
  equations.gram = Eigen::Matrix2d::Identity();
  equations.covariance = Eigen::Matrix2d::Identity() * sigma_of_scale * sigma_of_scale / 2;
  equations.noise_gain.assign(pixels, 1);
  equations.unusable.assign(pixels, 0);
  return equations;
}

struct Scene {
  std::vector<double> scale;
  std::mt19937 random{1};

  /// Pixels with these scales and the noise of the fit, which is never negative.
  template <class Distribution>
  void add(std::size_t pixels, Distribution distribution) {
    std::normal_distribution<double> noise(0, sigma_of_scale);
    for (std::size_t k = 0; k < pixels; ++k)
      scale.push_back(std::max(0.0, distribution(random) + noise(random)));
  }
  ScaleStatistics statistics() const { return scale_statistics(scan_of(scale.size()), scale, 1); }
  double masked(std::size_t begin, std::size_t end) const {
    const auto mask = mask_pixels(scan_of(scale.size()), scale, statistics().mask_below);
    const auto valid = static_cast<std::uint8_t>(PixelMask::valid);
    return 1 - static_cast<double>(std::count(mask.begin() + static_cast<std::ptrdiff_t>(begin),
                                              mask.begin() + static_cast<std::ptrdiff_t>(end), valid)) /
                   static_cast<double>(end - begin);
  }
};

using Uniform = std::uniform_real_distribution<double>;

}  // namespace

TEST_CASE("empty pixels are masked and the sample is not") {
  for (std::size_t empty : {200u, 5000u, 9800u}) {
    Scene scene;
    scene.add(empty, Uniform(0, 0));
    scene.add(10000 - empty, Uniform(0.7, 1.3));
    CAPTURE(empty);
    CHECK(scene.masked(0, empty) == 1);
    CHECK(scene.masked(empty, 10000) == 0);
    CHECK(scene.statistics().typical == Approx(1).epsilon(0.05));
  }
}

TEST_CASE("an empty background with a spectrum of its own is masked, as in the ALS iron scan") {
  Scene scene;
  std::normal_distribution<double> background(0.08, 0.03);
  scene.add(12000, [&](auto& random) { return std::clamp(background(random), 0.03, 0.17); });
  scene.add(3000, Uniform(0.3, 1.1));
  CHECK(scene.masked(0, 12000) > 0.99);
  CHECK(scene.masked(12000, 15000) < 0.005);
}

TEST_CASE("a sample that fills the image is not masked") {
  Scene scene;
  scene.add(10000, Uniform(0.4, 1.6));
  CHECK(scene.masked(0, 10000) == 0);
  CHECK(scene.statistics().typical == Approx(1).epsilon(0.05));
}

TEST_CASE("of a wedge that starts at nothing, only the thin end is masked") {
  Scene scene;
  for (int k = 0; k < 10000; ++k) scene.add(1, Uniform(k * 1e-4, k * 1e-4));
  const auto statistics = scene.statistics();
  CHECK(statistics.typical == Approx(0.55).epsilon(0.05));
  CHECK(statistics.mask_below == Approx(0.1).epsilon(0.05));
}

TEST_CASE("where nothing stands out of the noise, everything is masked") {
  Scene scene;
  scene.add(10000, Uniform(0, 0));
  CHECK(scene.masked(0, 10000) == 1);
  CHECK(scene.statistics().typical == 1);
  Scene nothing;
  nothing.scale.assign(100, 0);
  CHECK(nothing.masked(0, 100) == 1);
  CHECK(std::isinf(scale_statistics(scan_of(100), nothing.scale, 0).mask_below));
}

TEST_CASE("a noise that is not known masks everything") {
  Scene scene;
  scene.add(100, Uniform(0.7, 1.3));
  CHECK(std::isinf(scale_statistics(scan_of(100), scene.scale, std::nan("")).mask_below));
}

TEST_CASE("without noise an even sample is its own typical scale") {
  const std::vector<double> scale(100, 0.8);
  const auto statistics = scale_statistics(scan_of(100), scale, 0);
  CHECK(statistics.typical == 0.8);
  CHECK(statistics.mask_below == Approx(0.16));
}

TEST_CASE("a few hot pixels change neither typical scale nor mask") {
  Scene scene;
  scene.add(5000, Uniform(0, 0));
  scene.add(5000, Uniform(0.7, 1.3));
  const auto before = scene.statistics();
  for (std::size_t k = 0; k < 10000; k += 2000) scene.scale[k] = 1e4;
  const auto after = scene.statistics();
  CHECK(after.typical == Approx(before.typical).epsilon(0.01));
  CHECK(after.mask_below == Approx(before.mask_below).epsilon(0.1));
}

TEST_CASE("unusable pixels are bad pixels and do not count") {
  Scene scene;
  scene.add(1000, Uniform(0.7, 1.3));
  auto equations = scan_of(1000);
  for (std::size_t k = 0; k < 600; ++k) {
    equations.unusable[k] = 1;
    equations.noise_gain[k] = 0;
    scene.scale[k] = 0;
  }
  const auto statistics = scale_statistics(equations, scene.scale, 1);
  CHECK(statistics.typical == Approx(1).epsilon(0.05));
  const auto mask = mask_pixels(equations, scene.scale, statistics.mask_below);
  for (std::size_t k = 0; k < 1000; ++k)
    CHECK(mask[k] == static_cast<std::uint8_t>(k < 600 ? PixelMask::bad_pixel : PixelMask::valid));
}

TEST_CASE("edge-step normalization is masked by the edge step, not by the scale of noise divided by noise") {
  const std::size_t pixels = 4000;
  auto equations = scan_of(pixels);
  std::mt19937 random(2);
  std::normal_distribution<double> noise(0, sigma_of_scale);
  std::vector<double> scale(pixels);
  for (std::size_t k = 0; k < pixels; ++k) {
    const bool sample = k % 4 == 0;
    const double step = sample ? 0.5 : std::abs(noise(random)) + 1e-6;
    equations.noise_gain[k] = static_cast<float>(1 / step);
    scale[k] = std::max(0.0, ((sample ? 0.5 : 0) + noise(random)) / step);
  }
  const auto statistics = scale_statistics(equations, scale, 1);
  CHECK(statistics.typical == Approx(1).epsilon(0.02));
  const auto mask = mask_pixels(equations, scale, statistics.mask_below);
  for (std::size_t k = 0; k < pixels; ++k)
    CHECK(mask[k] == static_cast<std::uint8_t>(k % 4 == 0 ? PixelMask::valid : PixelMask::no_element));
  CHECK(typical_noise_gain(equations) == Approx(2));
  CHECK(lambda_by_rule(equations, 0.1, 1) == Approx(0.35 * 0.1 * 2 * std::sqrt(2)));
}
