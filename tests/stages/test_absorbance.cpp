#include "stages/absorbance.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "stages/fast_log.hpp"

using namespace phasecast;

namespace {

constexpr float dead = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

template <class Pixel>
std::vector<std::byte> bytes_of(const std::vector<Pixel>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(Pixel));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <class Pixel>
void check_added(PixelType type, const std::vector<Pixel>& values) {
  std::vector<float> sum(values.size(), 0.5f);
  add_pixels(bytes_of(values), type, sum);
  for (std::size_t k = 0; k < values.size(); ++k) CHECK(sum[k] == 0.5f + static_cast<float>(values[k]));
}

}  // namespace

TEST_CASE("fast_log is within one unit in the last place of the logarithm") {
  double worst = 0;
  const auto compare = [&](std::uint32_t bits) {
    const float x = std::bit_cast<float>(bits);
    const double exact = std::log(static_cast<double>(x));
    const float near = static_cast<float>(exact);
    const double unit = std::abs(static_cast<double>(std::nextafter(near, 2 * near)) - near);
    worst = std::max(worst, unit > 0 ? std::abs(fast_log(x) - exact) / unit : std::abs(double(fast_log(x))));
  };
  const auto one = std::bit_cast<std::uint32_t>(1.0f), half = std::bit_cast<std::uint32_t>(0.5f);
  for (std::uint32_t bits = half; bits < one + (one - half); bits += 7) compare(bits);  // 0.5 to 2
  for (std::uint32_t bits = one - 1000; bits < one + 1000; ++bits) compare(bits);
  for (std::uint32_t bits = 0x00800000; bits < 0x7f800000; bits += 1009) compare(bits);  // all normal floats
  compare(0x7f7fffff);
  CHECK(worst < 1);
  CHECK(fast_log(1) == 0);
}

TEST_CASE("counts become minus the logarithm of light over full light, dark subtracted from both") {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> light(60, 900), full(900, 1000), level(0, 50);
  std::vector<float> intensity(1000), flat(1000), dark(1000), absorbance(1000);
  for (std::size_t k = 0; k < 1000; ++k)
    intensity[k] = light(random), flat[k] = full(random), dark[k] = level(random);
  const auto check = [&](Signal signal, const Correction& correction, const auto& expected) {
    CHECK(to_absorbance(intensity, signal, correction, absorbance) == 0);
    for (std::size_t k = 0; k < 1000; ++k)
      CHECK(absorbance[k] == Approx(expected(k)).margin(5e-7).epsilon(2e-7));
  };
  const auto at = [](const std::vector<float>& v, std::size_t k) { return static_cast<double>(v[k]); };
  check(Signal::counts, {dark, flat},
        [&](auto k) { return -std::log((at(intensity, k) - at(dark, k)) / (at(flat, k) - at(dark, k))); });
  check(Signal::transmission, {dark, flat},
        [&](auto k) { return -std::log((at(intensity, k) - at(dark, k)) / (at(flat, k) - at(dark, k))); });
  check(Signal::counts, {{}, flat}, [&](auto k) { return -std::log(at(intensity, k) / at(flat, k)); });
  check(Signal::counts, {dark, {}}, [&](auto k) { return -std::log(at(intensity, k) - at(dark, k)); });
  check(Signal::transmission, {}, [&](auto k) { return -std::log(at(intensity, k)); });
  check(Signal::absorbance, {}, [&](auto k) { return at(intensity, k); });
}

TEST_CASE("a pixel without a logarithm becomes NaN and is counted, never clamped") {
  const std::vector<float> intensity{5, 10, 3, dead, infinity, 50, 50, 50, 50, 5, 11};
  const std::vector<float> dark{10, 10, 0, 0, 0, 0, 0, dead, 0, 10, 10};
  const std::vector<float> flat{90, 90, 90, 90, 90, 0, -90, 90, infinity, 5, 91};
  std::vector<float> absorbance(intensity.size());
  CHECK(to_absorbance(intensity, Signal::counts, {dark, flat}, absorbance) == 9);
  for (std::size_t k = 0; k < intensity.size(); ++k) CHECK(std::isnan(absorbance[k]) == (k != 2 && k != 10));
  CHECK(absorbance[10] == Approx(std::log(81)));

  CHECK(to_absorbance(std::vector<float>{0.5f, dead, infinity, -0.5f}, Signal::absorbance, {},
                      std::span(absorbance).first(4)) == 2);
  CHECK(absorbance[0] == 0.5f);
  CHECK(std::isnan(absorbance[1]));
  CHECK(std::isnan(absorbance[2]));
  CHECK(absorbance[3] == -0.5f);
}

TEST_CASE("pixels of every type are added as floats") {
  check_added<std::uint8_t>(PixelType::uint8, {0, 1, 255});
  check_added<std::uint16_t>(PixelType::uint16, {0, 1, 65535});
  check_added<std::uint32_t>(PixelType::uint32, {0, 1, 4000000000u});
  check_added<float>(PixelType::float32, {0, -1.5f, 1e30f});
  check_added<double>(PixelType::float64, {0, -1.5, 1e30});
}

TEST_CASE("pixels need not be aligned") {
  const std::vector<std::uint16_t> values{1, 500, 65535};
  std::vector<std::byte> shifted{std::byte{9}};
  for (std::byte b : bytes_of(values)) shifted.push_back(b);
  std::vector<float> sum(3);
  add_pixels(std::span(shifted).subspan(1), PixelType::uint16, sum);
  CHECK(sum == std::vector<float>{1, 500, 65535});
}

TEST_CASE("frames of another size are refused") {
  std::vector<float> four(4), five(5);
  CHECK_THROWS_AS(add_pixels(std::vector<std::byte>(9), PixelType::uint16, four), std::invalid_argument);
  CHECK_THROWS_AS(to_absorbance(five, Signal::counts, {}, four), std::invalid_argument);
  CHECK_THROWS_AS(to_absorbance(four, Signal::counts, {five, {}}, four), std::invalid_argument);
  CHECK_THROWS_AS(to_absorbance(four, Signal::counts, {{}, five}, four), std::invalid_argument);
}
