#include "tools/simulate/texture.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace phasecast {

Image<float> random_field(Shape shape, double wavelength_px, double spread, Random& random) {
  constexpr int waves = 40;
  Image<float> field(shape);
  for (int wave = 0; wave < waves; ++wave) {
    const double direction = random.uniform(0, 2 * std::numbers::pi);
    const double phase = random.uniform(0, 2 * std::numbers::pi);
    const double k = 2 * std::numbers::pi / (wavelength_px * std::exp(random.uniform(-spread, spread)));
    const float ky = static_cast<float>(k * std::sin(direction));
    const float kx = static_cast<float>(k * std::cos(direction));
    for (int y = 0; y < shape.height; ++y) {
      const float row_phase = static_cast<float>(phase) + ky * static_cast<float>(y);
      for (int x = 0; x < shape.width; ++x)
        field.at(y, x) += std::cos(row_phase + kx * static_cast<float>(x));
    }
  }
  const float unit_variance = std::sqrt(2.0F / waves);
  for (float& v : field.values) v *= unit_variance;
  return field;
}

namespace {

constexpr double far = 1e12;

/// Squared distances along one line: the lower envelope of the parabolas (Felzenszwalb and Huttenlocher
/// 2012). `line` holds the squared distances so far and receives the new ones.
void squared_distance_along(std::vector<double>& line, std::vector<double>& bound, std::vector<int>& apex) {
  const int n = static_cast<int>(line.size());
  const std::vector<double> before = line;
  const auto crossing = [&](int p, int q) {
    return ((before[q] + double(q) * q) - (before[p] + double(p) * p)) / (2.0 * (q - p));
  };
  int last = 0;
  apex[0] = 0;
  bound[0] = -std::numeric_limits<double>::infinity();
  for (int q = 1; q < n; ++q) {
    double at = crossing(apex[last], q);
    while (at <= bound[last]) at = crossing(apex[--last], q);
    apex[++last] = q;
    bound[last] = at;
  }
  bound[last + 1] = std::numeric_limits<double>::infinity();
  for (int q = 0, k = 0; q < n; ++q) {
    while (bound[k + 1] < q) ++k;
    line[q] = double(q - apex[k]) * (q - apex[k]) + before[apex[k]];
  }
}

}  // namespace

Image<float> depth_inside(const Image<std::uint8_t>& inside) {
  const Shape shape = inside.shape;
  const std::size_t longest = static_cast<std::size_t>(std::max(shape.height, shape.width));
  std::vector<double> bound(longest + 1);
  std::vector<int> apex(longest);
  Image<double> squared(shape);
  for (std::size_t i = 0; i < shape.pixels(); ++i) squared.values[i] = inside.values[i] ? far : 0;

  std::vector<double> line(static_cast<std::size_t>(shape.height));
  for (int x = 0; x < shape.width; ++x) {
    for (int y = 0; y < shape.height; ++y) line[y] = squared.at(y, x);
    squared_distance_along(line, bound, apex);
    for (int y = 0; y < shape.height; ++y) squared.at(y, x) = line[y];
  }
  line.resize(static_cast<std::size_t>(shape.width));
  Image<float> depth(shape);
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) line[x] = squared.at(y, x);
    squared_distance_along(line, bound, apex);
    for (int x = 0; x < shape.width; ++x) depth.at(y, x) = static_cast<float>(std::sqrt(line[x]));
  }
  return depth;
}

}  // namespace phasecast
