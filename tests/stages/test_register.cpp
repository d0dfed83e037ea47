#include "stages/register.hpp"

#include <tbb/global_control.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "drifting_blobs.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

const RegisterConfig shift{Registering::shift, {}};
const RegisterConfig with_magnification{Registering::shift_and_magnification, {}};
constexpr double first_ev = 8300;

/// RMS over an image of how far pixels are from where they should be, per axis.
double misplaced(Shape shape, const Alignment& found, const Alignment& truth) {
  const double m = found.magnification - truth.magnification, w = shape.width, h = shape.height;
  const double squares =
      std::pow(found.x - truth.x, 2) + std::pow(found.y - truth.y, 2) + m * m * (w * w + h * h) / 12;
  return std::sqrt(squares / 2);
}

/// Up to `reach` pixels and `swell`, anew for each image; the first has not moved.
std::vector<Alignment> random_drift(int images, double reach, double swell, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  std::vector<Alignment> drift(static_cast<std::size_t>(images));
  for (std::size_t k = 1; k < drift.size(); ++k)
    drift[k] = {reach * uniform(random), reach * uniform(random), 1 + swell * uniform(random)};
  return drift;
}

struct Errors {
  double rms = 0;
  int untrusted = 0;
};

/// Measures images one after the other; make(k) gives image k.
template <class Make>
Errors measured(const RegisterConfig& config, Shape shape, const std::vector<Alignment>& truth,
                const Make& make) {
  Registration registration(config, shape, first_ev);
  Errors errors;
  double squares = 0;
  for (std::size_t k = 0; k < truth.size(); ++k) {
    const Drift drift = registration.measure(first_ev + static_cast<double>(k), make(k));
    errors.untrusted += !drift.trusted;
    squares += std::pow(misplaced(shape, registration.alignment(), truth[k]), 2);
  }
  errors.rms = std::sqrt(squares / static_cast<double>(truth.size() - 1));
  return errors;
}

bool same(const Drift& a, const Drift& b) {
  return a.x == b.x && a.y == b.y && a.magnification == b.magnification && a.quality == b.quality &&
         a.trusted == b.trusted;
}

}  // namespace

TEST_CASE("blobs moved in closed form are found to a hundredth of a pixel without noise", "[register]") {
  const Shape shape{200, 260};
  const DriftingBlobs blobs(shape, 60, 1);
  const auto truth = random_drift(12, 5, 0, 2);
  const Errors errors = measured(shift, shape, truth, [&](std::size_t k) { return blobs.image(truth[k]); });
  CHECK(errors.untrusted == 0);
  CHECK(errors.rms < 0.01);
}

TEST_CASE(
    "drift and magnification are found to a tenth of a pixel in noise, while every grain changes its "
    "contrast and a third inverts",
    "[register]") {
  const Shape shape = GENERATE(Shape{400, 480}, Shape{600, 520});
  const DriftingBlobs blobs(shape, static_cast<int>(shape.pixels() / 1700), 3);
  const auto truth = random_drift(25, 5, 0.005, 4);
  const auto contrast_at = [](std::size_t k) {
    return [k](std::size_t blob) {
      const double after = blob % 3 == 0 ? -0.6 : 0.5 + static_cast<double>(blob % 7) / 5;
      const double share = static_cast<double>(k) / 24;
      return 0.5 * (1 - share) + after * share;
    };
  };
  const Errors errors = measured(with_magnification, shape, truth, [&](std::size_t k) {
    return blobs.image(truth[k], 0.05, static_cast<unsigned>(k) + 1, contrast_at(k));
  });
  CAPTURE(shape.height);
  CHECK(errors.untrusted == 0);
  CHECK(errors.rms < 0.1);
}

TEST_CASE("a drift of a fifth of the image is found", "[register]") {
  const Shape shape{240, 240};
  const DriftingBlobs blobs(shape, 60, 5);
  const std::vector<Alignment> truth{{0, 0, 1}, {47.3, -31.6, 1}, {-20.2, 44.7, 1}};
  const Errors errors = measured(shift, shape, truth, [&](std::size_t k) {
    return blobs.image(truth[k], 0.03, static_cast<unsigned>(k) + 1);
  });
  CHECK(errors.untrusted == 0);
  CHECK(errors.rms < 0.1);
}

TEST_CASE("a known law of magnification is applied, relative to its energy, and not fitted", "[register]") {
  const Shape shape{240, 240};
  const DriftingBlobs blobs(shape, 60, 6);
  const double at_ev = GENERATE(8400.0, 7112.0);  // near the images' energies, or of another edge
  const RegisterConfig law{Registering::shift, MagnificationLaw{-1, at_ev}};
  Registration registration(law, shape, first_ev);
  for (const double ev : {8300.0, 8350.0, 8400.0, 8250.0}) {
    const Alignment truth{0.01 * (ev - 8300), -0.02 * (ev - 8300), at_ev / ev};
    const Drift drift = registration.measure(ev, blobs.image(truth, 0.02, 7));
    CHECK(drift.trusted);
    CHECK(drift.magnification == Approx(at_ev / ev).epsilon(1e-12));
    CHECK(misplaced(shape, registration.alignment(), truth) < 0.1);
  }
}

TEST_CASE("an image that cannot be aligned is flagged, the drift before it goes on, and the next is found",
          "[register]") {
  const Shape shape{200, 200};
  const DriftingBlobs blobs(shape, 50, 8), elsewhere(shape, 50, 99);
  Registration registration(shift, shape, first_ev);
  registration.measure(8300, blobs.image({0, 0, 1}, 0.03, 1));
  REQUIRE(registration.measure(8301, blobs.image({3, -2, 1}, 0.03, 2)).trusted);
  const Alignment before = registration.alignment();

  std::vector<float> bad;
  SECTION("the beam was gone: noise alone") {
    bad = DriftingBlobs(shape, 0, 1).image({}, 0.05, 3);
  }
  SECTION("another sample") {
    bad = elsewhere.image({}, 0.03, 3);
  }
  SECTION("nothing at all") {
    bad.assign(shape.pixels(), 0.5f);
  }
  SECTION("no value anywhere") {
    bad.assign(shape.pixels(), std::numeric_limits<float>::quiet_NaN());
  }
  const Drift drift = registration.measure(8302, bad);
  CHECK_FALSE(drift.trusted);
  CHECK(std::isfinite(drift.x + drift.y + drift.magnification + drift.quality));
  CHECK(registration.alignment() == before);

  const Drift next = registration.measure(8303, blobs.image({-2, 4, 1}, 0.03, 4));
  CHECK(next.trusted);
  CHECK(misplaced(shape, registration.alignment(), {-2, 4, 1}) < 0.1);
}

TEST_CASE("the reference begins with the first image that has enough structure", "[register]") {
  const Shape shape{200, 200};
  const DriftingBlobs blobs(shape, 50, 9), empty(shape, 0, 1);
  Registration registration(shift, shape, first_ev);
  CHECK_FALSE(registration.measure(8300, empty.image({}, 0.05, 1)).trusted);
  CHECK_FALSE(registration.measure(8301, empty.image({}, 0.05, 2)).trusted);
  CHECK(registration.measure(8302, blobs.image({1, 1, 1}, 0.03, 3)).trusted);
  CHECK(registration.alignment() == Alignment{});
  CHECK(registration.measure(8303, blobs.image({3, 0, 1}, 0.03, 4)).trusted);
  CHECK(misplaced(shape, registration.alignment(), {2, -1, 1}) < 0.1);
}

TEST_CASE("dead pixels and a dead corner do not pull", "[register]") {
  const Shape shape{200, 260};
  const DriftingBlobs blobs(shape, 60, 10);
  const auto truth = random_drift(8, 5, 0, 11);
  const Errors errors = measured(shift, shape, truth, [&](std::size_t k) {
    auto image = blobs.image(truth[k], 0.03, static_cast<unsigned>(k) + 1);
    for (int y = 0; y < 60; ++y)
      for (int x = 0; x < 60; ++x)
        image[static_cast<std::size_t>(y * 260 + x)] = std::numeric_limits<float>::quiet_NaN();
    for (std::size_t dead = 17; dead < image.size(); dead += 997)
      image[dead] = std::numeric_limits<float>::quiet_NaN();
    return image;
  });
  CHECK(errors.untrusted == 0);
  CHECK(errors.rms < 0.1);
}

TEST_CASE("the next scan is aligned with the last one's images", "[register]") {
  const Shape shape{200, 200};
  const DriftingBlobs blobs(shape, 50, 12);
  Registration registration(shift, shape, first_ev);
  const auto truth = random_drift(18, 5, 0, 13);
  double squares = 0;
  for (std::size_t k = 0; k < truth.size(); ++k) {
    if (k > 0 && k % 6 == 0) registration.next_scan();
    CHECK(
        registration
            .measure(8300 + static_cast<double>(k % 6), blobs.image(truth[k], 0.05, static_cast<unsigned>(k)))
            .trusted);
    squares += std::pow(misplaced(shape, registration.alignment(), truth[k]), 2);
  }
  CHECK(std::sqrt(squares / 17) < 0.1);
}

TEST_CASE("a scan without a trusted image leaves the series' reference as it was", "[register]") {
  const Shape shape{200, 200};
  const DriftingBlobs blobs(shape, 50, 12);
  const std::vector<float> nothing(shape.pixels(), 0.0f);
  Registration registration(shift, shape, first_ev);
  REQUIRE(registration.measure(8300, blobs.image({}, 0.05, 1)).trusted);
  registration.next_scan();
  REQUIRE_FALSE(registration.measure(8300, nothing).trusted);
  registration.next_scan();
  registration.next_scan();
  const Alignment truth{3.3, -2.1, 1};
  CHECK(registration.measure(8300, blobs.image(truth, 0.05, 2)).trusted);
  CHECK(misplaced(shape, registration.alignment(), truth) < 0.1);
}

TEST_CASE("a scan taken over with its drift leads on to the same bits as one that was measured",
          "[register]") {
  const Shape shape{120, 150};
  const DriftingBlobs blobs(shape, 40, 14, 5);
  const auto truth = random_drift(18, 4, 0.003, 15);
  const auto image = [&](std::size_t k) { return blobs.image(truth[k], 0.05, static_cast<unsigned>(k)); };
  Registration whole(with_magnification, shape, first_ev), restarted(with_magnification, shape, first_ev);
  std::vector<Drift> drift;
  for (std::size_t k = 0; k < truth.size(); ++k) {
    if (k > 0 && k % 6 == 0) whole.next_scan();
    drift.push_back(whole.measure(8300 + static_cast<double>(k % 6), image(k)));
  }
  // It died in the third scan: the second was mapped.
  for (std::size_t k = 6; k < 12; ++k) restarted.adopt(drift[k], 8300 + static_cast<double>(k % 6), image(k));
  restarted.next_scan();
  for (std::size_t k = 12; k < 18; ++k)
    CHECK(same(restarted.measure(8300 + static_cast<double>(k % 6), image(k)), drift[k]));
}

TEST_CASE("one thread and several measure the same bits", "[register]") {
  const Shape shape{260, 300};
  const DriftingBlobs blobs(shape, 60, 16);
  const auto measure = [&] {
    Registration registration(with_magnification, shape, first_ev);
    registration.measure(8300, blobs.image({}, 0.05, 1));
    return registration.measure(8301, blobs.image({2.2, -3.1, 1.002}, 0.05, 2));
  };
  const Drift several = measure();
  const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
  CHECK(same(measure(), several));
}

TEST_CASE("images too small to register and of another size are refused", "[register]") {
  CHECK_THROWS_AS(Registration(shift, {31, 400}, first_ev), std::invalid_argument);
  Registration registration(shift, {40, 40}, first_ev);
  CHECK_THROWS_AS(registration.measure(8300, std::vector<float>(1599)), std::invalid_argument);
}
