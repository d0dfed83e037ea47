#include "stages/beam.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

using namespace phasecast;

namespace {

constexpr Shape shape{150, 170};
constexpr double offset = 100, read_noise = 3, full = 8000;
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

using Scene = std::function<double(double x, double y)>;  // places from -1 to 1

Scene uniform(double level) {
  return [=](double, double) { return level; };
}

/// The lit part of the field of view: a disk with 28 % of its area.
double disk(double x, double y) {
  return x * x + y * y < 0.36 ? 1 : 0;
}

std::vector<float> image(const Scene& scene) {
  std::vector<float> pixels;
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x)
      pixels.push_back(static_cast<float>(scene(2.0 * x / shape.width - 1, 2.0 * y / shape.height - 1)));
  return pixels;
}

/// A detector's counts: photons as they fall, its offset, its read noise.
std::vector<float> counts(const Scene& light, unsigned seed, double noise = read_noise) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<float> pixels = image(light);
  for (float& pixel : pixels) {
    const double photons = pixel > 0 ? std::poisson_distribution<int>(pixel)(random) : 0;
    pixel = static_cast<float>(std::max(0.0, std::round(photons + offset + noise * normal(random))));
  }
  return pixels;
}

Beam seen(const Scene& sample, const Scene& flat, double noise = read_noise) {
  const std::vector<float> dark(shape.pixels(), offset), s = counts(sample, 1, noise),
                                                         f = counts(flat, 2, noise);
  return beam({Signal::counts, mean_pixels(s), mean_pixels(f), mean_pixels(dark)}, shape).beam;
}

Beam seen(Signal signal, const std::vector<float>& pixels) {
  return beam({signal, mean_pixels(pixels), {}, {}}, shape).beam;
}

}  // namespace

TEST_CASE("a sample is seen in any part of the view, behind anything that lets light through") {
  CHECK(seen(uniform(full * 0.4), uniform(full)) == Beam::on);
  CHECK(seen(uniform(full * std::exp(-5)), uniform(full)) == Beam::on);
  const Scene lit = [](double x, double y) { return full * disk(x, y); };
  CHECK(seen([&](double x, double y) { return 0.3 * lit(x, y); }, lit) == Beam::on);
  const Scene grid_bar = [](double x, double) { return x < -0.2 ? 0.0 : 0.5 * full; };
  CHECK(seen(grid_bar, uniform(full)) == Beam::on);
}

TEST_CASE("single photons, counted without noise, are light") {
  CHECK(seen(uniform(2.4), uniform(4), 0) == Beam::on);
}

TEST_CASE("a sample without beam is told") {
  CHECK(seen(uniform(0), uniform(full)) == Beam::off_in_sample);
  const Scene lit = [](double x, double y) { return full * disk(x, y); };
  CHECK(seen(uniform(0), lit) == Beam::off_in_sample);
}

TEST_CASE("a flat without beam is told, whether the sample has it or not") {
  CHECK(seen(uniform(full * 0.4), uniform(0)) == Beam::off_in_flat);
  CHECK(seen(uniform(0), uniform(0)) == Beam::off_in_flat);
  const std::vector<float> sample(shape.pixels(), 4000), nothing(shape.pixels(), 0);
  CHECK(beam({Signal::counts, mean_pixels(sample), mean_pixels(nothing), {}}, shape).beam ==
        Beam::off_in_flat);
}

TEST_CASE("without flats whatever is finite is lit") {
  const auto mostly_nan = [](double value) {
    return image([=](double x, double) { return x < 0.5 ? static_cast<double>(no_number) : value; });
  };
  CHECK(seen(Signal::absorbance, mostly_nan(1.5)) == Beam::on);
  CHECK(seen(Signal::absorbance, mostly_nan(-0.1)) == Beam::on);
  CHECK(seen(Signal::absorbance, mostly_nan(80)) == Beam::on);
  CHECK(seen(Signal::absorbance, image(uniform(no_number))) == Beam::off_in_sample);
  CHECK(seen(Signal::transmission, mostly_nan(0.4)) == Beam::on);
  CHECK(seen(Signal::transmission, image(uniform(0))) == Beam::off_in_sample);
  CHECK(seen(Signal::counts, image(uniform(300))) == Beam::on);
  CHECK(seen(Signal::counts, image(uniform(0))) == Beam::off_in_sample);
}

TEST_CASE("absorbance is as it is, whatever flats the scan has besides") {
  const std::vector<float> absorbance(shape.pixels(), 1), flat(shape.pixels(), 0);
  CHECK(beam({Signal::absorbance, mean_pixels(absorbance), mean_pixels(flat), {}}, shape).beam == Beam::on);
}

TEST_CASE("frames of a single pixel or a single row have no noise to compare with, and are taken") {
  for (const Shape small : {Shape{1, 1}, Shape{1, 40}, Shape{3, 2}}) {
    const std::vector<float> sample(small.pixels(), 500), flat(small.pixels(), 1000);
    CHECK(beam({Signal::counts, mean_pixels(sample), mean_pixels(flat), {}}, small).beam == Beam::on);
  }
}

TEST_CASE(
    "the absorbance is the median of what is lit: an offset that has drifted leaves it far above the rest") {
  const auto absorbance = [](double light, double scale) {
    const auto s = counts([=](double x, double y) { return light * disk(x, y); }, 1);
    auto f = counts([=](double x, double y) { return full * disk(x, y); }, 2);
    std::vector<float> dark(shape.pixels(), offset);
    for (std::size_t k = 0; k < f.size(); ++k) f[k] = static_cast<float>(offset + scale * (f[k] - offset));
    return beam({Signal::counts, mean_pixels(s), mean_pixels(f), mean_pixels(dark)}, shape).absorbance;
  };
  CHECK(absorbance(full * std::exp(-1.3), 1) == Approx(1.3).margin(0.01));
  CHECK(absorbance(full * std::exp(-1.3), 2000) == Approx(1.3 + std::log(2000)).margin(0.01));
  CHECK(absorbance(8, 1) > 1.3 + most_above_brightest);
}

TEST_CASE("flats of another exposure are no missing beam") {
  CHECK(seen(uniform(full * 0.4), uniform(full * 2000)) == Beam::on);
  CHECK(seen(uniform(full * 0.4), uniform(full / 100)) == Beam::on);
}

TEST_CASE("images as noisy as the paper's worst still show their beam") {
  std::mt19937 random(5);
  std::normal_distribution<double> noise(0, 0.5);
  const auto noisy = image([&](double, double) { return std::exp(-1.5 + noise(random)); });
  CHECK(seen(Signal::transmission, noisy) == Beam::on);
}
