#include "tools/picture/chart.hpp"

#include <cairo.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "tests/tools/scratch_folder.hpp"
#include "tools/picture/colormap.hpp"

namespace phasecast {
namespace {

using Ticks = std::vector<double>;

struct Drawn {
  int width = 0, height = 0;
  std::vector<std::uint32_t> pixels;

  std::ptrdiff_t count(Rgb color) const {
    const std::uint32_t packed = static_cast<std::uint32_t>(color.r) << 16 | color.g << 8 | color.b;
    return std::count_if(pixels.begin(), pixels.end(),
                         [&](std::uint32_t pixel) { return (pixel & 0xFFFFFF) == packed; });
  }
};

Drawn draw(const Chart& chart) {
  const ScratchFolder folder;
  const auto path = folder.path / "chart.png";
  write_chart(chart, path);
  cairo_surface_t* surface = cairo_image_surface_create_from_png(path.c_str());
  REQUIRE(cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS);
  Drawn drawn{cairo_image_surface_get_width(surface), cairo_image_surface_get_height(surface), {}};
  drawn.pixels.resize(static_cast<std::size_t>(drawn.width) * drawn.height);
  for (int y = 0; y < drawn.height; ++y)
    std::memcpy(&drawn.pixels[static_cast<std::size_t>(y) * drawn.width],
                cairo_image_surface_get_data(surface) +
                    static_cast<std::ptrdiff_t>(y) * cairo_image_surface_get_stride(surface),
                sizeof(std::uint32_t) * drawn.width);
  cairo_surface_destroy(surface);
  return drawn;
}

Chart one_series(std::vector<double> x, std::vector<double> y) {
  return {"claim", {"x"}, {"y"}, {{"", std::move(x), std::move(y)}}};
}

}  // namespace

TEST_CASE("ticks are round and inside the axis") {
  CHECK(round_ticks(0, 10, false, 5) == Ticks{0, 2, 4, 6, 8, 10});
  CHECK(round_ticks(8180, 8562, false, 8) == Ticks{8200, 8250, 8300, 8350, 8400, 8450, 8500, 8550});
  CHECK(round_ticks(1, 1e4, true, 6) == Ticks{1, 10, 100, 1000, 10000});
  CHECK(round_ticks(3, 30, true, 6) == Ticks{5, 10, 20});
  const Ticks far = round_ticks(1e-12, 1, true, 6);
  CHECK(far.size() == 7);
  CHECK(far.front() == Approx(1e-12).epsilon(1e-9));
  CHECK(round_ticks(2e-12, 1, true, 6).front() > 2e-12);
  CHECK_FALSE(std::signbit(round_ticks(-1, 1, false, 4).at(2)));
}

TEST_CASE("a series is drawn in its own color, and more series with theirs") {
  Chart chart = one_series({0, 1, 2}, {0, 1, 0});
  const Drawn one = draw(chart);
  CHECK(one.count(state_color(0)) > 500);
  CHECK(one.count(state_color(1)) == 0);
  chart.series.push_back({"second", {0, 2}, {1, 1}, true, true});
  CHECK(draw(chart).count(state_color(1)) > 500);
}

TEST_CASE("a point that is no number leaves a gap") {
  const auto whole = draw(one_series({0, 1, 2, 3}, {1, 1, 1, 1.01})).count(state_color(0));
  const auto broken = draw(one_series({0, 1, 2, 3}, {1, NAN, 1, 1.01})).count(state_color(0));
  CHECK(broken > 0);
  CHECK(broken < whole / 2);
}

TEST_CASE("what is not positive leaves a gap on a logarithmic axis") {
  Chart chart = one_series({1, 2, 3, 4}, {0, 1e-3, 1, 1e3});
  chart.y.logarithmic = true;
  const auto with_gap = draw(chart).count(state_color(0));
  chart.series[0].x.erase(chart.series[0].x.begin());
  chart.series[0].y.erase(chart.series[0].y.begin());
  chart.x.low = 1 - 0.03, chart.x.high = 4 + 0.03;
  const auto without = draw(chart).count(state_color(0));
  CHECK(with_gap > 0);
  CHECK(std::abs(with_gap - without) < without / 5);
}

TEST_CASE("a curve is cut off at the limits of its axes") {
  Chart chart = one_series({0, 1, 2}, {0, 1000, 0});
  chart.series[0].markers = true;
  chart.y.high = 10;
  chart.y.low = 5;
  const Drawn drawn = draw(chart);
  for (int y = 0; y < 60; ++y)
    for (int x = 0; x < drawn.width; ++x)
      REQUIRE(
          (drawn.pixels[static_cast<std::size_t>(y) * drawn.width + x] & 0xFFFFFF) !=
          (static_cast<std::uint32_t>(state_color(0).r) << 16 | state_color(0).g << 8 | state_color(0).b));
}

TEST_CASE("a chart that makes no sense is an error that says why") {
  CHECK_THROWS_WITH(draw(one_series({0, 1}, {0})), Catch::Contains("2 x and 1 y"));
  CHECK_THROWS_WITH(draw(one_series({}, {})), Catch::Contains("nothing to show"));
  Chart chart = one_series({0, 1}, {1, 2});
  chart.y.low = 3;
  CHECK_THROWS_WITH(draw(chart), Catch::Contains("no axis y"));
  CHECK_THROWS_WITH(write_chart(one_series({0, 1}, {1, 1}), "/nonexistent/chart.png"),
                    Catch::Contains("/nonexistent/chart.png"));
}

}  // namespace phasecast
