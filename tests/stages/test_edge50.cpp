#include "stages/edge50.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <random>

namespace phasecast {
namespace {

constexpr double width = 2;  // eV, of the arctan edges

double arctan_edge(double energy, double e0) {
  return 0.5 + std::atan((energy - e0) / width) / std::numbers::pi;
}

std::vector<double> grid(double step = 0.5) {
  std::vector<double> energies;
  for (double e = 8300; e <= 8400; e += step) energies.push_back(e);
  return energies;
}

/// A spectrum for each pixel, frame by frame.
struct Stack {
  Shape shape;
  std::vector<double> energies = grid();
  std::vector<std::vector<float>> frames;
  std::vector<const float*> pointers;

  template <class Spectrum>
  Stack(int pixels, const Spectrum& spectrum) : shape{1, pixels} {
    for (double e : energies) {
      std::vector<float> frame;
      for (int k = 0; k < pixels; ++k) frame.push_back(static_cast<float>(spectrum(k, e)));
      frames.push_back(std::move(frame));
    }
    for (const auto& frame : frames) pointers.push_back(frame.data());
  }
  StackView view() const { return {shape, pointers}; }
};

struct References {
  std::vector<double> low, high;
  explicit References(const std::vector<double>& energies, double first = 8340, double second = 8344) {
    for (double e : energies) {
      low.push_back(arctan_edge(e, first));
      high.push_back(arctan_edge(e, second));
    }
  }
  std::array<std::span<const double>, 2> spans() const { return {low, high}; }
};

Edge50Map map_of(const Stack& stack, const Edge50Config& config) {
  auto map = edge50(stack.energies, stack.view(), References(stack.energies).spans(), config);
  REQUIRE(map.ok());
  return *map;
}

}  // namespace

TEST_CASE("edge-50 of an arctan edge is its own energy, and the fraction its shift") {
  const auto shifted = [](int k, double e) { return arctan_edge(e, 8340 + 0.04 * k); };
  const Stack stack(101, shifted);
  for (int window : {1, 3, 5, 9}) {
    const Edge50Map map = map_of(stack, {HalfOf::edge, window});
    CHECK(map.clipped <= 2);  // the first and the last pixel, by rounding
    for (int k = 0; k < 101; ++k) {
      // On a grid of 0.5 eV, a chord (parabola) of an edge 2 eV wide misses its middle by less than 0.005 eV.
      CHECK(map.energy_ev[k] == Approx(8340 + 0.04 * k).margin(0.006));
      CHECK(map.fraction[101 + k] == Approx(0.01 * k).margin(0.003));
      CHECK(map.fraction[k] + map.fraction[101 + k] == Approx(1));
    }
  }
}

TEST_CASE("half of the white line does not depend on the scale of the spectrum") {
  const auto thick = [](int k, double e) { return (0.2 + 0.1 * k) * arctan_edge(e, 8342); };
  const Edge50Map map = map_of(Stack(20, thick), {HalfOf::white_line, 1});
  for (int k = 1; k < 20; ++k) CHECK(map.energy_ev[k] == Approx(map.energy_ev[0]).margin(2e-3));
  CHECK(map.fraction[20] == Approx(0.5).margin(0.01));
}

TEST_CASE("fractions outside the references are clipped and counted, their energies are kept") {
  const auto outside = [](int k, double e) { return arctan_edge(e, k == 0 ? 8337 : k == 1 ? 8342 : 8350); };
  const Edge50Map map = map_of(Stack(3, outside), {});
  CHECK(map.clipped == 2);
  CHECK(map.fraction[3] == 0);
  CHECK(map.fraction[5] == 1);
  CHECK(map.energy_ev[0] == Approx(8337).margin(0.006));
  CHECK(map.energy_ev[2] == Approx(8350).margin(0.006));
}

TEST_CASE("a pixel without an edge has no energy and no fraction") {
  const auto edgeless = [](int k, double e) {
    if (k == 0) return 0.0;                                     // empty
    if (k == 1) return 0.2 + 1e-4 * (e - 8300);                 // never reaches the half
    if (k == 2) return e < 8350 ? 0.9 : 0.6;                    // starts above it
    if (k == 3) return std::abs(e - 8310) < 1 ? 3.0 : 0.0;      // a spike
    if (k == 4) return e == 8350 ? NAN : arctan_edge(e, 8342);  // a value is missing
    return 1 - arctan_edge(e, 8342);                            // falls
  };
  const Edge50Map map = map_of(Stack(6, edgeless), {});
  for (int k = 0; k < 6; ++k) {
    CHECK(std::isnan(map.energy_ev[k]));
    CHECK(std::isnan(map.fraction[k]));
    CHECK(std::isnan(map.fraction[6 + k]));
  }
  CHECK(map.clipped == 0);
}

TEST_CASE("a window of energies makes edge-50 robust against noise") {
  const auto error = [](int window) {
    std::mt19937 random(3);
    std::normal_distribution<double> noise(0, 0.08);
    const Stack stack(2000, [&](int, double e) { return arctan_edge(e, 8342) + noise(random); });
    const Edge50Map map = map_of(stack, {HalfOf::edge, window});
    double square = 0;
    for (float e : map.energy_ev) square += (e - 8342) * (e - 8342);
    return std::sqrt(square / 2000);
  };
  // The noise that a parabola over 5 or 9 points leaves is 0.70 or 0.51; the first of several rises is early.
  CHECK(error(5) < 0.85 * error(1));
  CHECK(error(9) < 0.65 * error(1));
}

TEST_CASE("the parabola of a window keeps a parabola as it is") {
  const auto parabola = [](int, double e) { return (e - 8300) * (e - 8300) / 8000; };  // 0.5 at 8363.2456
  const Edge50Map map = map_of(Stack(1, parabola), {HalfOf::edge, 7});
  CHECK(map.energy_ev[0] == Approx(8300 + std::sqrt(4000.0)).margin(2e-3));
}

TEST_CASE("edge-50 refuses what it cannot order, window or tell apart") {
  const Stack stack(4, [](int, double e) { return arctan_edge(e, 8342); });
  const References references(stack.energies);
  const auto cause = [&](std::vector<double> energies, const References& refs, Edge50Config config) {
    const auto map = edge50(energies, stack.view(), refs.spans(), config);
    return map.ok() ? std::string() : map.error().cause;
  };
  auto descending = stack.energies, duplicate = stack.energies, shorter = stack.energies;
  std::reverse(descending.begin(), descending.end());
  duplicate[7] = duplicate[6];
  shorter.pop_back();
  CHECK(cause(descending, references, {}) == "energies");
  CHECK(cause(duplicate, references, {}) == "energies");
  CHECK(cause(shorter, references, {}) == "energies");
  CHECK(cause(stack.energies, references, {HalfOf::edge, 4}) == "window");
  CHECK(cause(stack.energies, references, {HalfOf::edge, 0}) == "window");
  CHECK(cause(stack.energies, references, {HalfOf::edge, 999}) == "window");
  CHECK(cause(stack.energies, References(stack.energies, 8342, 8342), {}) == "edge");
  CHECK(cause(stack.energies, References(stack.energies, 8342, 9000), {}) == "edge");
  CHECK(cause(stack.energies, references, {}).empty());
}

}  // namespace phasecast
