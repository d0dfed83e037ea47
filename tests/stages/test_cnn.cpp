#include "stages/cnn.hpp"

#include <tbb/global_control.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/paths.hpp"

using namespace phasecast;

namespace {

using Values = std::vector<float>;

Denoiser shipped(const std::string& name) {
  return *cnn(shipped_network(name), name);
}

Denoiser from_file(const std::string& name) {
  std::ifstream file(PHASECAST_SOURCE_DIR "/tests/oracles/networks/" + name + ".onnx", std::ios::binary);
  return *cnn(std::string(std::istreambuf_iterator<char>(file), {}), name);
}

/// A disc on a gradient, in white noise.
Values noisy_disc(Shape shape, float sigma, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, sigma);
  Values image;
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x) {
      const bool inside = std::hypot(y - shape.height / 2, x - shape.width / 2) < shape.height / 3;
      image.push_back((inside ? 0.8f : 0.1f) +
                      0.2f * static_cast<float>(x) / static_cast<float>(shape.width) + normal(random));
    }
  return image;
}

Values denoised(const Denoiser& denoiser, Shape shape, const Values& noisy, float sigma) {
  Values result(noisy.size());
  denoiser(shape, noisy, sigma, result);
  return result;
}

double largest_difference(const Values& a, const Values& b) {
  double largest = 0;
  for (std::size_t k = 0; k < a.size(); ++k) largest = std::max(largest, std::abs(double{a[k]} - b[k]));
  return largest;
}

double psnr(const Values& a, const Values& b) {
  double squares = 0;
  for (std::size_t k = 0; k < a.size(); ++k) squares += (double{a[k]} - b[k]) * (double{a[k]} - b[k]);
  return -10 * std::log10(squares / static_cast<double>(a.size()));
}

Values read_raw(const std::string& path, std::size_t skip, std::size_t count) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(skip));
  Values values(count);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(float)));
  REQUIRE(file.good());
  return values;
}

}  // namespace

TEST_CASE("the shipped networks compute what PyTorch recorded when they were trained") {
  for (std::string name : {"fast", "dncnn"}) {
    std::ifstream file(PHASECAST_SOURCE_DIR "/stages/networks/" + name + ".txt");
    Shape shape;
    float sigma = 0;
    file >> shape.height >> shape.width >> sigma;
    Values noisy(shape.pixels()), expected(shape.pixels());
    for (float& v : noisy) file >> v;
    for (float& v : expected) file >> v;
    REQUIRE(file.good());
    CAPTURE(name);
    CHECK(largest_difference(denoised(shipped(name), shape, noisy, sigma), expected) < 5e-6);
  }
}

TEST_CASE("the fast network keeps its decibels on the phantom it never saw") {
  const std::string folder = PHASECAST_SOURCE_DIR "/../shared/data/denoise/";
  const Shape shape{379, 520};
  if (!std::ifstream(folder + "phantom.npy").good()) {
    WARN("skipped: " + folder + "phantom.npy is absent");
    return;
  }
  const auto clean = read_raw(folder + "phantom.npy", 128, shape.pixels());
  const auto denoiser = shipped("fast");
  for (const auto& [level, least] : {std::pair{15, 38.5}, {25, 36.0}, {50, 31.7}}) {
    const auto noisy = read_raw(folder + "phantom_s" + std::to_string(level) + ".f32", 0, shape.pixels());
    CAPTURE(level);
    CHECK(psnr(denoised(denoiser, shape, noisy, static_cast<float>(level) / 255), clean) >= least);
  }
}

TEST_CASE("a network's estimate is nearer to the truth than the measurement, from little noise to much") {
  const Shape shape{96, 120};
  const auto clean = noisy_disc(shape, 0, 1);
  for (float sigma : {0.01f, 0.1f, 0.5f, 1.5f}) {
    const auto noisy = noisy_disc(shape, sigma, 2);
    CAPTURE(sigma);
    CHECK(psnr(denoised(shipped("fast"), shape, noisy, sigma), clean) > psnr(noisy, clean) + 3);
  }
}

TEST_CASE("a map in other units is denoised the same") {
  const Shape shape{50, 61};
  const auto denoiser = shipped("fast");
  const auto noisy = noisy_disc(shape, 0.2f, 3);
  const auto result = denoised(denoiser, shape, noisy, 0.2f);

  auto scaled = noisy, shifted = noisy;
  for (float& v : scaled) v *= 1024;
  for (float& v : shifted) v += 3;
  auto scaled_result = denoised(denoiser, shape, scaled, 0.2f * 1024);
  auto shifted_result = denoised(denoiser, shape, shifted, 0.2f);
  for (float& v : scaled_result) v /= 1024;
  for (float& v : shifted_result) v -= 3;
  CHECK(scaled_result == result);  // powers of two round alike
  CHECK(largest_difference(shifted_result, result) < 1e-5);
}

TEST_CASE("threads, repetition and other sizes in between leave every bit as it is") {
  const Shape shape{93, 70};
  const auto noisy = noisy_disc(shape, 0.3f, 4);
  const auto run = [&](std::size_t threads) {
    tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    const auto denoiser = shipped("fast");
    const auto first = denoised(denoiser, shape, noisy, 0.3f);
    denoised(denoiser, {40, 41}, Values(40 * 41, 1.f), 0.1f);
    denoised(denoiser, {31, 17}, noisy_disc({31, 17}, 0.1f, 5), 0.1f);
    CHECK(denoised(denoiser, shape, noisy, 0.3f) == first);
    return first;
  };
  CHECK(run(1) == run(2));
}

TEST_CASE("images of any size keep their size and stay finite") {
  const auto denoiser = shipped("fast");
  for (Shape shape : {Shape{1, 2}, {2, 1}, {3, 5}, {7, 8}, {8, 9}, {17, 1}, {64, 65}}) {
    const auto result = denoised(denoiser, shape, noisy_disc(shape, 0.1f, 6), 0.1f);
    CAPTURE(shape.height, shape.width);
    CHECK(std::ranges::all_of(result, [](float v) { return std::abs(v) < 2; }));
  }
}

TEST_CASE("without noise, or with one value alone, nothing changes") {
  const Shape shape{20, 30};
  const auto noisy = noisy_disc(shape, 0.1f, 7);
  CHECK(denoised(shipped("fast"), shape, noisy, 0) == noisy);
  const Values flat(shape.pixels(), 0.7f);
  CHECK(denoised(shipped("fast"), shape, flat, 0.3f) == flat);
}

TEST_CASE("a noise level that is none is refused") {
  const Shape shape{8, 8};
  const auto noisy = noisy_disc(shape, 0.1f, 8);
  CHECK_THROWS_WITH(denoised(shipped("fast"), shape, noisy, -1), Catch::Contains("noise level -1"));
  CHECK_THROWS_WITH(denoised(shipped("fast"), shape, noisy, NAN), Catch::Contains("nan"));
  CHECK_THROWS_WITH(shipped_network("slow"), Catch::Contains("slow"));
}

TEST_CASE("a network without an input for the noise level sees the image between 0 and 1") {
  const Shape shape{30, 40};
  auto noisy = noisy_disc(shape, 0.1f, 9);
  for (float& v : noisy) v = 1000 + 50 * v;
  // Gives what it is given: the units must cancel.
  CHECK(largest_difference(denoised(from_file("unchanged"), shape, noisy, 5), noisy) < 1e-3);
}

TEST_CASE("a noise level goes in as a map in the units of the network's image") {
  const Shape shape{30, 40};
  const auto noisy = noisy_disc(shape, 0.1f, 10);
  double sum = 0, squares = 0;
  for (float v : noisy) sum += v, squares += double{v} * v;
  const double mean = sum / 1200, spread = 4 * std::sqrt(squares / 1200 - mean * mean);
  // Gives the level that it is given, which comes out in the units of the map.
  for (auto name : {"level_as_channel", "level_as_input"})
    for (float v : denoised(from_file(name), shape, noisy, 0.1f))
      REQUIRE(v == Approx(0.1 + mean - 0.5 * spread).margin(1e-5));
}
