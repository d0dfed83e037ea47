#include "tools/picture/chart.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "tools/picture/canvas.hpp"

namespace phasecast {
namespace {

constexpr Rgb background{24, 26, 31}, grid{52, 56, 64}, bright{240, 240, 240}, soft{165, 170, 180};
constexpr double left = 78, right = 24, top = 66, bottom = 58;  // around the plotted area
constexpr double marker = 7;
constexpr int x_ticks = 8, y_ticks = 6;

/// An axis with its limits known: value to a place in [0, 1].
struct Scale {
  double low, high;
  bool logarithmic;

  double place(double value) const {
    return logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  }
  bool shows(double value) const { return std::isfinite(value) && (!logarithmic || value > 0); }
};

struct Plot {
  Box area;
  Scale x, y;

  Point at(double px, double py) const {
    return {area.x + x.place(px) * area.width, area.y + (1 - y.place(py)) * area.height};
  }
};

Scale scale_for(const Axis& axis, const Chart& chart, std::vector<double> Series::*values, double margin) {
  Scale scale{INFINITY, -INFINITY, axis.logarithmic};
  for (const Series& series : chart.series)
    for (const double value : series.*values)
      if (scale.shows(value)) {
        scale.low = std::min(scale.low, value);
        scale.high = std::max(scale.high, value);
      }
  if (scale.low > scale.high && (std::isnan(axis.low) || std::isnan(axis.high)))
    throw std::invalid_argument("chart '" + chart.title + "' has nothing to show along " + axis.label);
  if (scale.low == scale.high) {
    const double half = scale.low == 0 ? 1 : std::abs(scale.low) / 2;
    scale.low -= half;
    scale.high += half;
  }
  const double room = margin * (axis.logarithmic ? std::log(scale.high / scale.low) : scale.high - scale.low);
  scale.low = axis.logarithmic ? scale.low * std::exp(-room) : scale.low - room;
  scale.high = axis.logarithmic ? scale.high * std::exp(room) : scale.high + room;
  if (!std::isnan(axis.low)) scale.low = axis.low;
  if (!std::isnan(axis.high)) scale.high = axis.high;
  if (!(scale.low < scale.high) || (axis.logarithmic && !(scale.low > 0)))
    throw std::invalid_argument("chart '" + chart.title + "': no axis " + axis.label + " from " +
                                fmt::format("{:g} to {:g}", scale.low, scale.high));
  return scale;
}

Rgb color_of(std::size_t series) {
  return state_color(series % max_composite_states);
}

void draw_axes(Canvas& canvas, const Chart& chart, const Plot& plot) {
  const Box& area = plot.area;
  for (const double tick : round_ticks(plot.x.low, plot.x.high, plot.x.logarithmic, x_ticks)) {
    const double x = plot.at(tick, plot.y.low).x;
    canvas.rectangle(x, area.y, 1, area.height, grid);
    canvas.text(x, area.y + area.height + 18, fmt::format("{:g}", tick), {12, soft, false, Align::center});
  }
  for (const double tick : round_ticks(plot.y.low, plot.y.high, plot.y.logarithmic, y_ticks)) {
    const double y = plot.at(plot.x.low, tick).y;
    canvas.rectangle(area.x, y, area.width, 1, grid);
    canvas.text(area.x - 8, y + 4, fmt::format("{:g}", tick), {12, soft, false, Align::right});
  }
  canvas.rectangle(area.x, area.y + area.height, area.width, 1, soft);
  canvas.rectangle(area.x, area.y, 1, area.height, soft);
  canvas.text(14, 28, chart.title, {15, bright, true});
  canvas.text(14, top - 14, chart.y.label, {12, soft});
  canvas.text(area.x + area.width / 2, chart.height - 14, chart.x.label, {12, soft, false, Align::center});
}

void draw_series(Canvas& canvas, const Plot& plot, const Series& series, Rgb color) {
  std::vector<Point> run;
  const auto end_run = [&] {
    if (series.line) canvas.polyline(run, {color, 2, series.dashed}, plot.area);
    run.clear();
  };
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (!plot.x.shows(series.x[i]) || !plot.y.shows(series.y[i])) {
      end_run();
      continue;
    }
    const Point point = plot.at(series.x[i], series.y[i]);
    run.push_back(point);
    const bool inside = point.x >= plot.area.x - 1 && point.x <= plot.area.x + plot.area.width + 1 &&
                        point.y >= plot.area.y - 1 && point.y <= plot.area.y + plot.area.height + 1;
    if (series.markers && inside)
      canvas.rectangle(point.x - marker / 2, point.y - marker / 2, marker, marker, color, 1, marker / 2);
  }
  end_run();
}

/// One line above the plotted area, from its right end to the left.
void draw_legend(Canvas& canvas, const Chart& chart, const Plot& plot) {
  double x = plot.area.x + plot.area.width;
  for (std::size_t i = chart.series.size(); i-- > 0;) {
    const Series& series = chart.series[i];
    if (series.name.empty()) continue;
    const TextStyle style{12, bright, false, Align::right};
    canvas.text(x, top - 14, series.name, style);
    x -= canvas.text_width(series.name, style) + 8;
    const double y = top - 18;
    if (series.line)
      canvas.polyline(std::vector<Point>{{x - 24, y}, {x, y}}, {color_of(i), 2, series.dashed},
                      {x - 24, y - 4, 24, 8});
    if (series.markers)
      canvas.rectangle(x - 12 - marker / 2, y - marker / 2, marker, marker, color_of(i), 1, marker / 2);
    x -= 24 + 16;
  }
}

}  // namespace

std::vector<double> round_ticks(double low, double high, bool logarithmic, int wanted) {
  std::vector<double> ticks;
  if (logarithmic) {
    const auto first = std::floor(std::log10(low)), last = std::ceil(std::log10(high));
    const double every = std::max(1.0, std::round((last - first) / wanted));
    const bool few = std::log10(high / low) < 3;
    for (double decade = first; decade <= last; decade += every)
      for (const double step : {1, 2, 5})
        if (step == 1 || few) ticks.push_back(step * std::pow(10, decade));
  } else {
    const double rough = (high - low) / wanted, decade = std::pow(10, std::floor(std::log10(rough)));
    const double step = decade * (rough > 7 * decade     ? 10
                                  : rough > 3.5 * decade ? 5
                                  : rough > 1.5 * decade ? 2
                                                         : 1);
    for (double k = std::ceil(low / step); k * step <= high; ++k) ticks.push_back(k * step + 0.0);  // no -0
  }
  const double tolerance = 1e-9 * (logarithmic ? low : high - low);
  std::erase_if(ticks, [&](double tick) { return tick < low - tolerance || tick > high + tolerance; });
  return ticks;
}

void write_chart(const Chart& chart, const std::filesystem::path& path) {
  for (const Series& series : chart.series)
    if (series.x.size() != series.y.size())
      throw std::invalid_argument("chart series '" + series.name + "' has " +
                                  std::to_string(series.x.size()) + " x and " +
                                  std::to_string(series.y.size()) + " y");
  const Plot plot{{left, top, chart.width - left - right, chart.height - top - bottom},
                  scale_for(chart.x, chart, &Series::x, 0.01),
                  scale_for(chart.y, chart, &Series::y, 0.05)};
  Canvas canvas(chart.width, chart.height, background);
  draw_axes(canvas, chart, plot);
  for (std::size_t i = 0; i < chart.series.size(); ++i)
    draw_series(canvas, plot, chart.series[i], color_of(i));
  draw_legend(canvas, chart, plot);
  canvas.write_png(path);
}

}  // namespace phasecast
