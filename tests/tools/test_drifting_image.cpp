#include <catch2/catch.hpp>
#include <cmath>

#include "tests/stages/drifting_blobs.hpp"
#include "tests/tools/small_experiment.hpp"

using namespace phasecast;
using namespace phasecast::test;

TEST_CASE("a simulated image moves as blobs move in closed form", "[register]") {
  const Shape shape{60, 80}, canvas{90, 110};
  const DriftingBlobs on_canvas(canvas, 30, 1, 4);
  DriftingBlobs in_view = on_canvas;
  in_view.shape = shape;
  for (auto& blob : in_view.blobs) blob.x -= 15, blob.y -= 15;
  const auto coefficients = spline_coefficients(canvas, on_canvas.image({}));
  for (const Drift& drift : {Drift{0, 0, 0, 1, 1, true}, Drift{0, 3.3, -2.8, 1, 1, true},
                             Drift{0, -4.1, 0.4, 1.02, 1, true}, Drift{0, 5, 5, 0.98, 1, true}}) {
    const auto moved = moved_image(canvas, coefficients, shape, drift);
    const auto expected = in_view.image({drift.x, drift.y, drift.magnification});
    double worst = 0;
    for (std::size_t k = 0; k < moved.size(); ++k)
      worst = std::max(worst, std::abs(static_cast<double>(moved[k]) - expected[k]));
    CAPTURE(drift.x, drift.y, drift.magnification);
    CHECK(worst < 0.01);  // blobs of height 1, the narrowest of radius 2
  }
}

TEST_CASE("the walk begins at rest, goes on through the series and stays in its range", "[register]") {
  const std::vector<double> energies{8300, 8320, 8340, 8360, 8400};
  const auto series = drift_of_series({5, -0.01}, 40, energies, 3);
  REQUIRE(series.size() == 40);
  double furthest = 0, longest_step = 0, x = 0;
  for (const auto& scan : series)
    for (const Drift& drift : scan) {
      furthest = std::max({furthest, std::abs(drift.x), std::abs(drift.y)});
      longest_step = std::max(longest_step, std::abs(drift.x - x));
      x = drift.x;
      CHECK(drift.magnification == Approx(1 - 0.01 * (energies[drift.energy_index] - 8300) / 100));
    }
  CHECK(series[0][0].x == 0);
  CHECK(series[0][0].y == 0);
  CHECK(furthest <= 5);
  CHECK(furthest > 3);
  CHECK(longest_step < 5);
}

TEST_CASE("a scan that drifts shows the sample of one with the same margin, and has its truth",
          "[register]") {
  ExperimentConfig drifting = small_experiment();
  drifting.noise = 0;
  drifting.signal = Signal::absorbance;
  drifting.drift = {3, 0.01};
  ExperimentConfig still = drifting;
  still.drift = {};
  still.margin_px = drift_margin(drifting.drift, drifting.shape);
  const SimulatedScan moved = scan_of(drifting), unmoved = scan_of(still);
  CHECK(moved.scale() == unmoved.scale());
  CHECK(std::memcmp(moved.fraction().data(), unmoved.fraction().data(),
                    moved.fraction().size() * sizeof(float)) == 0);
  const auto first = moved.absorbance(0), same = unmoved.absorbance(0);  // has not drifted yet
  for (std::size_t k = 0; k < first.size(); ++k) REQUIRE(first[k] == Approx(same[k]).margin(1e-5));
  CHECK(moved.absorbance(5) != unmoved.absorbance(5));
  CHECK(moved.start().shape == still.shape);
}

TEST_CASE("drift out of reason is refused by name", "[register]") {
  ExperimentConfig config = small_experiment();
  config.drift.walk_px = 101;
  CHECK_THROWS_WITH(Experiment(config), Catch::Matchers::Contains("drift"));
  config.drift = {1, 0.06};
  CHECK_THROWS_WITH(Experiment(config), Catch::Matchers::Contains("magnification"));
}
