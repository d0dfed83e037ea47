#include "tools/simulate/detector.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "tools/simulate/texture.hpp"

namespace phasecast {

namespace {

/// Vignetting, scintillator structure, mirror stripes and fine speckle; mean about 1.
Image<float> beam_pattern(Shape shape, Random& random) {
  const double side = std::min(shape.height, shape.width);
  const Image<float> structure = random_field(shape, 0.3 * side, 0.8, random);
  const Image<float> speckle = random_field(shape, 5, 0.4, random);
  Image<float> stripe(Shape{shape.height, 1});
  stripe = random_field(stripe.shape, 0.05 * side, 0.7, random);
  Image<float> pattern(shape);
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      const double dy = (y - 0.5 * shape.height) / shape.height;
      const double dx = (x - 0.45 * shape.width) / shape.width;
      const double vignette = 1.1 - 0.8 * (dy * dy + dx * dx);
      pattern.at(y, x) = static_cast<float>(vignette + 0.04 * structure.at(y, x) + 0.03 * speckle.at(y, x) +
                                            0.05 * stripe.at(y, 0));
    }
  }
  return pattern;
}

/// Difference of neighbors along (dy, dx), with mean 0 and the RMS of the pattern's mean.
std::vector<float> change_on_shift(const Image<float>& pattern, int dy, int dx) {
  const Shape shape = pattern.shape;
  std::vector<float> change(shape.pixels());
  double sum = 0;
  double squares = 0;
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      const int y1 = std::min(y + dy, shape.height - 1);
      const int x1 = std::min(x + dx, shape.width - 1);
      const float d = pattern.at(y1, x1) - pattern.at(y, x);
      change[static_cast<std::size_t>(y) * shape.width + x] = d;
      sum += d;
      squares += double(d) * d;
    }
  }
  const double mean = sum / static_cast<double>(shape.pixels());
  const double rms = std::sqrt(squares / static_cast<double>(shape.pixels()) - mean * mean);
  for (float& d : change) d = static_cast<float>((d - mean) / rms);
  return change;
}

/// A slow random curve of time between -1 and 1.
double wander(double time, std::uint64_t key) {
  Random random{key};
  double sum = 0;
  for (const double period : {0.23, 0.71, 2.9})
    sum += std::sin(2 * std::numbers::pi * (time / period + random.uniform()));
  return sum / 3;
}

}  // namespace

Detector::Detector(Shape shape, const DetectorConfig& config)
    : config_(config), dark_(shape.pixels()), beam_(shape.pixels()) {
  Random random{config.seed, 0x62656d};
  const Image<float> pattern = beam_pattern(shape, random);
  shift_y_ = change_on_shift(pattern, 1, 0);
  shift_x_ = change_on_shift(pattern, 0, 1);

  const float brightest = *std::max_element(pattern.values.begin(), pattern.values.end());
  const double headroom = (1 + 6 * config.flat_drift) * std::exp(5 * config.noise);
  const float level = static_cast<float>(0.9 * full_scale_counts / (brightest * headroom));
  for (std::size_t i = 0; i < beam_.size(); ++i) beam_[i] = level * pattern.values[i];
  for (float* part : {shift_y_.data(), shift_x_.data()})
    for (std::size_t i = 0; i < beam_.size(); ++i) part[i] *= level;

  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x)
      dark_[static_cast<std::size_t>(y) * shape.width + x] =
          static_cast<float>(100 + 4 * (x % 2) + random.below(5));
  const auto count =
      static_cast<std::size_t>(std::lround(config.hot_pixels * static_cast<double>(shape.pixels())));
  for (std::size_t i = 0; i < count; ++i) stuck_.push_back(random.below(shape.pixels()));
}

std::vector<float> Detector::beam(double time) const {
  if (config_.flat_drift == 0) return beam_;
  const float brightness = static_cast<float>(1 + config_.flat_drift * wander(time, config_.seed));
  const float y = static_cast<float>(config_.flat_drift * wander(time, config_.seed + 1));
  const float x = static_cast<float>(config_.flat_drift * wander(time, config_.seed + 2));
  std::vector<float> now(beam_.size());
  for (std::size_t i = 0; i < now.size(); ++i)
    now[i] = brightness * beam_[i] + y * shift_y_[i] + x * shift_x_[i];
  return now;
}

std::vector<std::byte> Detector::read_out(std::span<const float> counts) const {
  std::vector<std::uint16_t> pixels(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i)
    pixels[i] = static_cast<std::uint16_t>(std::clamp(counts[i], 0.0F, full_scale_counts) + 0.5F);
  for (const std::size_t i : stuck_) pixels[i] = static_cast<std::uint16_t>(full_scale_counts);
  std::vector<std::byte> bytes(2 * pixels.size());
  std::memcpy(bytes.data(), pixels.data(), bytes.size());
  return bytes;
}

void add_zingers(double share, Random& random, std::span<float> counts) {
  if (share <= 0) return;
  // Gaps between hits of probability `share` are geometric.
  double at = 0;
  while (true) {
    at += 1 + std::floor(std::log(1 - random.uniform()) / std::log1p(-share));
    if (at > static_cast<double>(counts.size())) return;
    counts[static_cast<std::size_t>(at) - 1] +=
        static_cast<float>(random.uniform(0.3, 1) * full_scale_counts);
  }
}

}  // namespace phasecast
