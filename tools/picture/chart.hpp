#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace phasecast {

/// A limit that is NaN is chosen from the data.
struct Axis {
  std::string label;  ///< with its unit: "energy (eV)"
  bool logarithmic = false;
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// One curve. A point that is not finite, or not positive on a logarithmic axis, leaves a gap.
struct Series {
  std::string name;  ///< empty: not in the legend
  std::vector<double> x, y;
  bool line = true;
  bool markers = false;
  bool dashed = false;
};

struct Chart {
  std::string title;
  Axis x, y;
  std::vector<Series> series;
  int width = 820, height = 500;  ///< pixels
};

/// A line chart as PNG: axes with round ticks, grid, legend. Throws std::invalid_argument if x and y of a
/// series differ in length or there is nothing to show, std::runtime_error naming the path if it cannot be
/// written.
void write_chart(const Chart& chart, const std::filesystem::path& path);

/// Round values (1, 2 or 5 times a power of ten) from `low` to `high`, about `wanted` of them; decades on a
/// logarithmic axis, with 2 and 5 between them where there are fewer than three.
std::vector<double> round_ticks(double low, double high, bool logarithmic, int wanted);

}  // namespace phasecast
