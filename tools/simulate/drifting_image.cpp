#include "tools/simulate/drifting_image.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "tools/simulate/random.hpp"

namespace phasecast {

namespace {

constexpr int taps = 4;
constexpr int splines_reach = 4;  // pixels beyond the last one seen, where the canvas's border is not felt

double reflected(double position, double bound) {
  if (position > bound) return 2 * bound - position;
  if (position < -bound) return -2 * bound - position;
  return position;
}

/// The recursive filter that makes samples coefficients, with pole z = √3 − 2, mirrored at both ends.
void filter(std::vector<double>& line) {
  const double z = std::sqrt(3.0) - 2;
  const std::size_t n = line.size(), horizon = std::min<std::size_t>(n, 32);
  double sum = 0, power = 1;
  for (std::size_t k = 0; k < horizon; ++k, power *= z) sum += power * line[k];
  line[0] = sum;
  for (std::size_t k = 1; k < n; ++k) line[k] += z * line[k - 1];
  line[n - 1] = z / (z * z - 1) * (line[n - 1] + z * line[n - 2]);
  for (std::size_t k = n - 1; k-- > 0;) line[k] = z * (line[k + 1] - line[k]);
  for (double& v : line) v *= 6;
}

struct Tap {
  int first;
  std::array<float, taps> weights;
};

/// Where pixel i of the image comes from, along one axis.
Tap tap(int i, int size, int margin, double shift, double magnification, int canvas) {
  const double center = (size - 1) / 2.0;
  const double at = margin + center + (i - center - shift) / magnification;
  const int below = static_cast<int>(std::floor(at));
  if (below < 1 || below + 3 > canvas)
    throw std::invalid_argument("an image drifts beyond its canvas of " + std::to_string(canvas) + " pixels");
  const double u = at - below, v = 1 - u;
  return {below - 1,
          {static_cast<float>(v * v * v / 6), static_cast<float>(2.0 / 3 - u * u * (2 - u) / 2),
           static_cast<float>(2.0 / 3 - v * v * (2 - v) / 2), static_cast<float>(u * u * u / 6)}};
}

}  // namespace

std::vector<std::vector<Drift>> drift_of_series(const DriftConfig& config, int scans,
                                                const std::vector<double>& energies_ev, std::uint64_t seed) {
  Random random{seed, 0x6472696674};
  const auto [low, high] = std::minmax_element(energies_ev.begin(), energies_ev.end());
  const double range = *high > *low ? *high - *low : 1;
  std::vector<std::vector<Drift>> series(static_cast<std::size_t>(scans));
  double x = 0, y = 0;
  for (auto& scan : series)
    for (std::uint32_t e = 0; e < energies_ev.size(); ++e) {
      scan.push_back({e, x, y, 1 + config.magnification * (energies_ev[e] - *low) / range, 1, true});
      std::array<float, 2> step;
      random.fill_normal(step);
      x = reflected(x + config.walk_px / 5 * step[0], config.walk_px);
      y = reflected(y + config.walk_px / 5 * step[1], config.walk_px);
    }
  return series;
}

int drift_margin(const DriftConfig& config, Shape shape) {
  if (!config.any()) return 0;
  const double least = std::min(1.0, 1 + config.magnification);
  const double swell = (1 / least - 1) * std::max(shape.height, shape.width) / 2;
  return static_cast<int>(std::ceil(config.walk_px / least + swell)) + splines_reach;
}

std::vector<float> spline_coefficients(Shape canvas, std::span<const float> image) {
  const auto width = static_cast<std::size_t>(canvas.width), height = static_cast<std::size_t>(canvas.height);
  std::vector<float> coefficients(image.begin(), image.end());
  const auto filter_lines = [&](std::size_t lines, std::size_t count, std::size_t line_step,
                                std::size_t step) {
    std::vector<double> line(count);
    for (std::size_t l = 0; l < lines; ++l) {
      float* const begin = coefficients.data() + l * line_step;
      for (std::size_t k = 0; k < count; ++k) line[k] = begin[k * step];
      filter(line);
      for (std::size_t k = 0; k < count; ++k) begin[k * step] = static_cast<float>(line[k]);
    }
  };
  filter_lines(height, width, width, 1);
  filter_lines(width, height, 1, width);
  return coefficients;
}

std::vector<float> moved_image(Shape canvas, std::span<const float> coefficients, Shape shape,
                               const Drift& drift) {
  const int margin_x = (canvas.width - shape.width) / 2, margin_y = (canvas.height - shape.height) / 2;
  std::vector<Tap> columns, rows;
  for (int x = 0; x < shape.width; ++x)
    columns.push_back(tap(x, shape.width, margin_x, drift.x, drift.magnification, canvas.width));
  for (int y = 0; y < shape.height; ++y)
    rows.push_back(tap(y, shape.height, margin_y, drift.y, drift.magnification, canvas.height));
  const auto stride = static_cast<std::size_t>(canvas.width);
  std::vector<float> moved, blended(stride);
  moved.reserve(shape.pixels());
  for (const Tap& row : rows) {
    const float* in = coefficients.data() + static_cast<std::size_t>(row.first) * stride;
    for (std::size_t x = 0; x < stride; ++x)
      blended[x] = row.weights[0] * in[x] + row.weights[1] * in[x + stride] +
                   row.weights[2] * in[x + 2 * stride] + row.weights[3] * in[x + 3 * stride];
    for (const Tap& column : columns) {
      const float* from = blended.data() + column.first;
      moved.push_back(column.weights[0] * from[0] + column.weights[1] * from[1] +
                      column.weights[2] * from[2] + column.weights[3] * from[3]);
    }
  }
  return moved;
}

}  // namespace phasecast
