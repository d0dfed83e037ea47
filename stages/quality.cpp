#include "stages/quality.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace phasecast {
namespace {

void require_same_size(std::size_t estimate, std::size_t truth) {
  if (estimate != truth)
    throw std::invalid_argument("an estimate of " + std::to_string(estimate) +
                                " values cannot be compared with a truth of " + std::to_string(truth));
}

constexpr int window = 11;

std::array<double, window> window_weights() {
  std::array<double, window> weights;
  double sum = 0;
  for (int i = 0; i < window; ++i) {
    const double from_center = i - window / 2;
    sum += weights[i] = std::exp(-from_center * from_center / (2 * 1.5 * 1.5));
  }
  for (double& w : weights) w /= sum;
  return weights;
}

/// Weighted mean of each whole window of value(pixel), row by row; rows and columns have window − 1 fewer.
template <class Value>
std::vector<double> window_means(Shape shape, const Value& value) {
  static const auto weights = window_weights();
  const auto height = static_cast<std::size_t>(shape.height), width = static_cast<std::size_t>(shape.width);
  const std::size_t columns = width - window + 1, rows = height - window + 1;
  std::vector<double> along_x(height * columns), means(rows * columns);
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t i = 0; i < window; ++i)
      for (std::size_t x = 0; x < columns; ++x)
        along_x[y * columns + x] += weights[i] * value(y * width + x + i);
  for (std::size_t y = 0; y < rows; ++y)
    for (std::size_t i = 0; i < window; ++i)
      for (std::size_t x = 0; x < columns; ++x)
        means[y * columns + x] += weights[i] * along_x[(y + i) * columns + x];
  return means;
}

double map_ssim(Shape shape, const float* a, const float* b) {
  constexpr double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
  const auto product = [](const float* p, const float* q) {
    return [p, q](std::size_t k) { return static_cast<double>(p[k]) * static_cast<double>(q[k]); };
  };
  const auto mean_a = window_means(shape, [a](std::size_t k) { return static_cast<double>(a[k]); });
  const auto mean_b = window_means(shape, [b](std::size_t k) { return static_cast<double>(b[k]); });
  const auto aa = window_means(shape, product(a, a)), bb = window_means(shape, product(b, b)),
             ab = window_means(shape, product(a, b));
  double sum = 0;
  for (std::size_t i = 0; i < ab.size(); ++i) {
    const double ma = mean_a[i], mb = mean_b[i];
    const double luminance = (2 * ma * mb + c1) / (ma * ma + mb * mb + c1);
    const double structure = (2 * (ab[i] - ma * mb) + c2) / (aa[i] - ma * ma + bb[i] - mb * mb + c2);
    sum += luminance * structure;
  }
  return sum / static_cast<double>(ab.size());
}

void require_finite(std::span<const float> values, const char* what) {
  const auto finite = [](float v) { return std::isfinite(v); };
  if (!std::all_of(values.begin(), values.end(), finite))
    throw std::invalid_argument(std::string("SSIM: the ") + what + " holds values that are not finite");
}

}  // namespace

double rmse(std::span<const float> estimate, std::span<const float> truth) {
  require_same_size(estimate.size(), truth.size());
  double squares = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double error = static_cast<double>(estimate[i]) - static_cast<double>(truth[i]);
    if (std::isnan(error)) continue;
    squares += error * error;
    ++count;
  }
  return count > 0 ? std::sqrt(squares / static_cast<double>(count))
                   : std::numeric_limits<double>::quiet_NaN();
}

double psnr(double rmse, double max) {
  return 20 * std::log10(max / rmse);
}

double psnr(std::span<const float> estimate, std::span<const float> truth) {
  const double error = rmse(estimate, truth);
  float max = -std::numeric_limits<float>::infinity();
  for (const float v : estimate) max = std::max(max, v);  // a NaN never is
  return psnr(error, static_cast<double>(max));
}

double ssim(Shape shape, std::span<const float> estimate, std::span<const float> truth) {
  require_same_size(estimate.size(), truth.size());
  if (shape.height < window || shape.width < window)
    throw std::invalid_argument("SSIM needs images of at least 11 x 11 pixels, not " +
                                std::to_string(shape.height) + " x " + std::to_string(shape.width));
  if (truth.empty() || truth.size() % shape.pixels() != 0)
    throw std::invalid_argument("SSIM: " + std::to_string(truth.size()) + " values are no maps of " +
                                std::to_string(shape.pixels()) + " pixels");
  require_finite(estimate, "estimate");
  require_finite(truth, "truth");
  const std::size_t states = truth.size() / shape.pixels();
  double sum = 0;
  for (std::size_t j = 0; j < states; ++j)
    sum += map_ssim(shape, &estimate[j * shape.pixels()], &truth[j * shape.pixels()]);
  return sum / static_cast<double>(states);
}

}  // namespace phasecast
