#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "stages/median.hpp"
#include "stages/trust.hpp"

namespace phasecast {

namespace {

constexpr double detection_limit = 5;         // standard deviations of the noise
constexpr double least_of_typical = 0.2;      // thinner than this, background errors dominate the fractions
constexpr double empty_spreads = 5;           // robust standard deviations above the empty pixels' median
constexpr double emptiest_of_typical = 0.25;  // a lower class above this is thin sample, not empty
constexpr double sd_per_median_deviation = 1.4826;

/// Otsu (1979): the threshold that leaves the two classes the smallest variance within. Values above the
/// 99.9 % point count as that, so that a few hot pixels do not make a class of their own.
double otsu_threshold(std::vector<double> values) {
  constexpr std::size_t bins = 256;
  const double high = nth_of(std::span(values),
                             static_cast<std::size_t>(0.999 * static_cast<double>(values.size()))),
               low = *std::min_element(values.begin(), values.end());
  if (!(high > low)) return high;

  std::array<double, bins> count{};
  const double width = (high - low) / bins;
  for (double v : values)
    ++count[std::min(bins - 1, static_cast<std::size_t>((std::min(v, high) - low) / width))];
  double all = 0, all_sum = 0;
  for (std::size_t i = 0; i < bins; ++i) {
    all += count[i];
    all_sum += count[i] * static_cast<double>(i);
  }
  double below = 0, below_sum = 0, best = -1;
  std::size_t best_bin = 0;
  for (std::size_t i = 0; i + 1 < bins; ++i) {
    below += count[i];
    below_sum += count[i] * static_cast<double>(i);
    const double above = all - below;
    if (below == 0 || above == 0) continue;
    const double difference = below_sum / below - (all_sum - below_sum) / above;
    const double between = below * above * difference * difference;
    if (between > best) {
      best = between;
      best_bin = i;
    }
  }
  return low + static_cast<double>(best_bin + 1) * width;
}

/// Element per pixel and the smallest amount that is not empty.
struct Amounts {
  double typical = 0;
  double empty_below = 0;
};

Amounts separate(const std::vector<double>& values) {
  const double threshold = otsu_threshold(values);
  std::vector<double> parted = values;
  const auto middle = std::partition(parted.begin(), parted.end(), [=](double v) { return v < threshold; });
  const std::span lower(parted.begin(), middle), upper(middle, parted.end());
  const double typical = median_of(upper), empty = median_of(lower);
  if (!(empty < emptiest_of_typical * typical)) return {median(values), 0};
  for (double& v : lower) v = std::abs(v - empty);
  const double spread = sd_per_median_deviation * median_of(lower);
  return {typical, std::min(threshold, empty + empty_spreads * spread)};
}

/// Of some of the usable pixels, see for_sampled_pixels.
template <class Amount>
std::vector<double> sample(const NormalEquations& equations, const Amount& amount) {
  const std::size_t pixels = equations.shape.pixels();
  std::vector<double> values;
  values.reserve(std::min(pixels, most_sampled_pixels));
  for_sampled_pixels(pixels, [&](std::size_t k) {
    if (!equations.unusable[k]) values.push_back(amount(k));
  });
  return values;
}

}  // namespace

double typical_noise_gain(const NormalEquations& equations) {
  const auto steps = sample(equations, [&](std::size_t k) { return 1.0 / equations.noise_gain[k]; });
  if (steps.empty()) return 1;
  const auto [least, most] = std::minmax_element(steps.begin(), steps.end());
  return 1 / (*least == *most ? *least : separate(steps).typical);  // all alike where no step was divided by
}

ScaleStatistics scale_statistics(const NormalEquations& equations, std::span<const double> scale,
                                 double noise_sigma) {
  const auto jump = [&](std::size_t k) { return scale[k] / equations.noise_gain[k]; };
  const double detectable = detection_limit * noise_sigma * std::sqrt(equations.covariance.sum());
  const std::vector<double> jumps = sample(equations, jump);
  const Amounts amounts = jumps.empty() ? Amounts{} : separate(jumps);
  if (!(amounts.typical > detectable)) return {1, std::numeric_limits<double>::infinity()};

  ScaleStatistics statistics;
  statistics.mask_below = std::max({detectable, least_of_typical * amounts.typical, amounts.empty_below});
  std::vector<double> in_sample = sample(equations, [&](std::size_t k) {
    return jump(k) < statistics.mask_below ? std::numeric_limits<double>::quiet_NaN() : scale[k];
  });
  std::erase_if(in_sample, [](double v) { return std::isnan(v); });
  statistics.typical = median(std::move(in_sample));
  return statistics;
}

std::vector<std::uint8_t> mask_pixels(const NormalEquations& equations, std::span<const double> scale,
                                      double threshold) {
  std::vector<std::uint8_t> mask(equations.shape.pixels());
  for (std::size_t k = 0; k < mask.size(); ++k) {
    const bool element = scale[k] >= threshold * equations.noise_gain[k];
    mask[k] = static_cast<std::uint8_t>(equations.unusable[k] ? PixelMask::bad_pixel
                                        : element             ? PixelMask::valid
                                                              : PixelMask::no_element);
  }
  return mask;
}

}  // namespace phasecast
