#include "tools/evaluate/recording.hpp"

#include <chrono>
#include <stdexcept>

#include "stages/normal_numbers.hpp"
#include "stages/trust.hpp"
#include "tools/simulate/experiment.hpp"
#include "tools/simulate/random.hpp"
#include "tools/simulate/spectra.hpp"

namespace phasecast {
namespace {

constexpr EnergyWindow pre_edge{8180, 8320}, post_edge{8400, 8562};

/// Mean of the frames in the window, per pixel.
std::vector<float> mean_within(const Stack& stack, EnergyWindow window) {
  std::vector<float> mean(stack.shape.pixels());
  float count = 0;
  for (std::size_t t = 0; t < stack.energies_ev.size(); ++t) {
    if (!window.contains(stack.energies_ev[t])) continue;
    for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += stack.frame(t)[k];
    ++count;
  }
  for (float& v : mean) v /= count;
  return mean;
}

/// Pre-edge subtracted, divided by the edge step; nothing (0) where there is no sample.
Stack divided_by_edge_step(Stack stack, const std::vector<std::uint8_t>& sample) {
  const auto before = mean_within(stack, pre_edge), after = mean_within(stack, post_edge);
  const std::size_t pixels = stack.shape.pixels();
  for (std::size_t i = 0; i < stack.absorbance.size(); ++i) {
    const std::size_t k = i % pixels;
    stack.absorbance[i] = sample[k] ? (stack.absorbance[i] - before[k]) / (after[k] - before[k]) : 0;
  }
  return stack;
}

}  // namespace

Recording make_recording(const EvaluationSettings& settings) {
  ExperimentConfig config;
  config.scene = SceneKind::electrode;
  config.shape = settings.shape_of(config.scene);
  config.energies_ev = nickel_energies();
  config.references = nickel_states(2, config.energies_ev);
  config.seed = settings.seed;
  const SimulatedScan scan(std::make_shared<const Experiment>(config), 0);
  Recording recording;
  recording.references = config.references;
  recording.normalize.pre_edge = pre_edge;
  recording.truth = {config.shape, {}, scan.fraction(), scan.scale()};
  for (const Spectrum& reference : config.references) recording.truth.states.push_back(reference.name);
  recording.stack = {config.shape, config.energies_ev, {}};
  std::vector<float> noise(config.shape.pixels());
  for (std::uint32_t t = 0; t < config.energies_ev.size(); ++t) {
    std::vector<float> frame = scan.absorbance(t);
    fill_normal(Random{settings.seed, t, 0x6e636d}.bits(), noise);
    for (std::size_t k = 0; k < frame.size(); ++k) frame[k] += static_cast<float>(recording_noise) * noise[k];
    recording.stack.absorbance.insert(recording.stack.absorbance.end(), frame.begin(), frame.end());
  }
  return recording;
}

EvaluationData to_data(const Recording& recording, const std::vector<Spectrum>& references) {
  EvaluationData data;
  data.truth = recording.truth;
  data.references = references;
  data.constraint = LcfConstraint::non_negative;
  const auto start = std::chrono::steady_clock::now();
  data.equations = form_equations(recording.stack, references, recording.normalize);
  data.equations_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double noise = estimate_noise(data.equations);
  const LcfResult fit = lcf(data.equations, LcfConstraint::non_negative);
  const auto mask =
      mask_pixels(data.equations, fit.scale, scale_statistics(data.equations, fit.scale, noise).mask_below);
  for (const std::uint8_t m : mask) data.sample.push_back(m == static_cast<std::uint8_t>(PixelMask::valid));
  data.stack = divided_by_edge_step(recording.stack, data.sample);
  return data;
}

}  // namespace phasecast
