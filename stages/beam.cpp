#include "stages/beam.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "stages/median.hpp"
#include "stages/noise_sample.hpp"

namespace phasecast {

namespace {

using Run = std::array<float, NoiseSample::run + 1>;

constexpr std::size_t most_runs = 64;  // two thousand pixels: 33 us, and a median to 3 %

/// Light without the dark level; NaN where a pixel is none.
std::span<const float> light(const RawPixels& pixels, const RawPixels& dark, std::size_t first,
                             std::span<float> run) {
  read_pixels(pixels, first, run);
  if (dark.empty()) return run;
  Run level;
  read_pixels(dark, first, std::span(level).first(run.size()));
  for (std::size_t i = 0; i < run.size(); ++i) run[i] -= level[i];
  return run;
}

/// Calls body(first, count) for some runs of pixels.
template <class Body>
void for_runs(Shape shape, const Body& body) {
  const NoiseSample sample(shape);
  for (std::size_t k = 0; k < sample.runs; k += std::max<std::size_t>(1, sample.runs / most_runs))
    if (sample.first(k) < sample.pixels) body(sample.first(k), sample.count(k) + 1);
}

/// The levels of some pixels, and by how much neighbors differ; of finite ones.
struct Levels {
  std::vector<float> values, differences;

  void add(std::span<const float> run, std::span<const float> other, float above) {
    const auto counts = [&](std::size_t i) { return std::isfinite(run[i]) && other[i] > above; };
    for (std::size_t i = 0; i < run.size(); ++i) {
      if (!counts(i)) continue;
      values.push_back(run[i]);
      if (i > 0 && counts(i - 1)) differences.push_back(std::abs(run[i] - run[i - 1]));
    }
  }
  /// Without light the median is 0, or 0.95 times the noise where the brighter half was chosen.
  bool stand_out() {
    constexpr float least_over_noise = 1.5f;
    if (values.empty()) return false;
    const float noise = differences.empty() ? 0 : median_of(std::span(differences));
    const float level = median_of(std::span(values));
    return level > 0 && level >= least_over_noise * noise;
  }
};

/// The light that a pixel has at least where the flat is lit; nothing if the flat shows no beam.
std::optional<float> lit_from(const RawFrame& frame, Shape shape) {
  constexpr float bright = 0.95f, lit = 0.2f;  // quantile of the light; share of it
  Levels flat;
  for_runs(shape, [&](std::size_t first, std::size_t count) {
    Run run;
    const auto values = light(frame.flat, frame.dark, first, std::span(run).first(count));
    flat.add(values, values, -std::numeric_limits<float>::infinity());
  });
  if (flat.values.empty()) return std::nullopt;
  const float upper = nth_of(std::span(flat.values),
                             static_cast<std::size_t>(bright * static_cast<float>(flat.values.size() - 1)));
  const float from = std::max(lit * upper, 0.0f);
  std::erase_if(flat.values, [=](float value) { return value <= from; });
  return flat.stand_out() ? std::optional(from) : std::nullopt;
}

SeenBeam of_absorbance(const RawFrame& frame, Shape shape) {
  std::vector<float> found;
  for_runs(shape, [&](std::size_t first, std::size_t count) {
    Run run;
    read_pixels(frame.sample, first, std::span(run).first(count));
    std::copy_if(run.begin(), run.begin() + static_cast<std::ptrdiff_t>(count), std::back_inserter(found),
                 [](float value) { return std::isfinite(value); });
  });
  if (found.empty()) return {Beam::off_in_sample, 0};
  return {Beam::on, median_of(std::span(found))};
}

}  // namespace

SeenBeam beam(const RawFrame& frame, Shape shape) {
  if (frame.signal == Signal::absorbance) return of_absorbance(frame, shape);
  const bool corrected = !frame.flat.empty();
  const auto lit = corrected ? lit_from(frame, shape) : std::optional(0.0f);
  if (!lit) return {Beam::off_in_flat, 0};
  Levels sample;
  std::vector<float> transmission;
  for_runs(shape, [&](std::size_t first, std::size_t count) {
    Run of_sample, of_flat;
    of_flat.fill(1);
    const auto values = light(frame.sample, frame.dark, first, std::span(of_sample).first(count));
    if (corrected) light(frame.flat, frame.dark, first, std::span(of_flat).first(count));
    sample.add(values, of_flat, *lit);
    for (std::size_t i = 0; i < count; ++i)
      if (std::isfinite(values[i]) && of_flat[i] > *lit) transmission.push_back(values[i] / of_flat[i]);
  });
  if (!sample.stand_out()) return {Beam::off_in_sample, 0};
  return {Beam::on, -std::log(median_of(std::span(transmission)))};
}

}  // namespace phasecast
