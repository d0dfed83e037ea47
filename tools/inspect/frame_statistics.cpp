#include "tools/inspect/frame_statistics.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "stages/absorbance.hpp"
#include "stages/median.hpp"
#include "stages/noise_sample.hpp"
#include "tools/progress.hpp"

namespace phasecast {
namespace {

FrameStatistics::OfFrame statistics_of(const FrameHeader& header, const std::vector<float>& values) {
  std::vector<float> sample, differences;
  for_sampled_pixels(values.size(), [&](std::size_t k) {
    if (!std::isfinite(values[k])) return;
    sample.push_back(values[k]);
    const bool has_next = (k + 1) % static_cast<std::size_t>(header.shape.width) != 0;
    if (has_next && std::isfinite(values[k + 1])) differences.push_back(std::abs(values[k + 1] - values[k]));
  });
  double sum = 0, count = 0;
  for (const float value : values)
    if (std::isfinite(value)) {
      sum += value;
      ++count;
    }
  return {header.kind, header.energy_index, median_of<float>(sample), sum / count,
          sd_per_median_difference * median_of<float>(differences)};
}

/// The range that each pixel of the sample runs through.
class PixelRanges {
 public:
  explicit PixelRanges(std::size_t pixels)
      : low_(pixels, std::numeric_limits<float>::infinity()),
        high_(pixels, -std::numeric_limits<float>::infinity()) {}

  void add(const std::vector<float>& values) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (!std::isfinite(values[k])) continue;
      low_[k] = std::min(low_[k], values[k]);
      high_[k] = std::max(high_[k], values[k]);
    }
    ++frames_;
  }

  void finish(PixelType type, FrameStatistics& all) const {
    float lowest = std::numeric_limits<float>::infinity(), highest = -lowest;
    for (std::size_t k = 0; k < low_.size(); ++k) {
      lowest = std::min(lowest, low_[k]);
      highest = std::max(highest, high_[k]);
      if (low_[k] > high_[k] || (frames_ >= enough_to_differ && low_[k] == high_[k])) ++all.dead;
    }
    all.lowest = lowest;
    all.highest = highest;
    if (!is_full_scale(highest, type)) return;
    all.saturation = highest;
    for (const float high : high_) all.saturated += high == highest;
  }

 private:
  /// Of fewer, pixels are alike by chance.
  static constexpr std::size_t enough_to_differ = 3;

  /// Cameras of 8 to 16 bits end at 2^bits - 1.
  static bool is_full_scale(float value, PixelType type) {
    if (type == PixelType::float32 || type == PixelType::float64) return false;
    for (int bits = 8; bits <= 16; ++bits)
      if (value == std::ldexp(1.0F, bits) - 1) return true;
    return false;
  }

  std::vector<float> low_, high_;
  std::size_t frames_ = 0;
};

}  // namespace

FrameStatistics look_at_frames(ScanSource& scan) {
  const ScanStart& start = scan.start();
  FrameStatistics all;
  PixelRanges ranges(start.shape.pixels());
  std::vector<float> values;
  Progress progress("read", scan.frame_count());
  for (std::uint64_t k = 0; k < scan.frame_count(); ++k) {
    const auto frame = scan.frame(k);
    if (!frame) throw std::runtime_error(frame.error().text());
    values.assign(start.shape.pixels(), 0);
    add_pixels(frame->pixels.bytes, start.pixel_type, values);
    all.frames.push_back(statistics_of(frame->header, values));
    if (frame->header.kind == FrameKind::sample) ranges.add(values);
    progress.advance();
  }
  ranges.finish(start.pixel_type, all);
  return all;
}

}  // namespace phasecast
