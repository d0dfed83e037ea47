#include "tools/simulate/experiment.hpp"

#include <cmath>
#include <stdexcept>

#include "tools/simulate/spectra.hpp"
#include "tools/simulate/texture.hpp"

namespace phasecast {

namespace {

void require(bool good, const std::string& option, double value, const std::string& expected) {
  if (!good)
    throw std::invalid_argument("option " + option + " is " + std::to_string(value) + ", expected " +
                                expected);
}

const ExperimentConfig& checked(const ExperimentConfig& c) {
  require(c.references.size() >= 2, "references", double(c.references.size()), "at least two states");
  require(!c.energies_ev.empty(), "energies", 0, "at least one energy");
  require(c.thickness_variation >= 0 && c.thickness_variation <= 1, "thickness-variation",
          c.thickness_variation, "0 to 1");
  require(c.scans >= 1, "scans", c.scans, "at least 1");
  require(c.front_width_px >= 0, "front-width", c.front_width_px, "0 px or more");
  require(c.background >= 0, "background", c.background, "0 or more");
  require(c.noise >= 0, "noise", c.noise, "0 or more");
  require(c.signal != Signal::counts || c.noise <= 0.5, "noise", c.noise,
          "at most 0.5 for 16-bit counts (signal transmission or absorbance holds more)");
  require(c.flat_drift >= 0 && c.flat_drift <= 0.05, "flat-drift", c.flat_drift, "0 to 0.05");
  require(c.hot_pixels >= 0 && c.hot_pixels < 0.1, "hot-pixels", c.hot_pixels, "0 to 0.1");
  require(c.sample_repeats >= 1, "repeats", c.sample_repeats, "at least 1");
  require(c.exposure_s > 0, "exposure", c.exposure_s, "more than 0 s");
  require(c.interval_s >= 0, "interval", c.interval_s, "0 s or more");
  if (c.signal == Signal::counts && (c.darks.use != CorrectionUse::shared || c.darks.repeats < 1 ||
                                     c.flats.use == CorrectionUse::none || c.flats.repeats < 1))
    throw std::invalid_argument("signal counts needs shared darks and flats, at least one of each");
  return c;
}

}  // namespace

Experiment::Experiment(const ExperimentConfig& config)
    : config_(checked(config)),
      scene_(make_scene(config.scene, config.shape, config.thickness_variation, config.seed)),
      detector_(config.shape, {config.noise, config.flat_drift, config.hot_pixels, config.seed}),
      references_(resample(config.references, config.energies_ev)) {
  Random random{config.seed, 0x6261636b};
  const double side = std::min(config.shape.height, config.shape.width);
  background_ = random_field(config.shape, 1.5 * side, 0.3, random).values;
  for (float& b : background_) b = static_cast<float>(config.background * std::exp(0.2 * b));
  for (const double e : config.energies_ev)
    background_decay_.push_back(static_cast<float>(std::pow(e / config.energies_ev.front(), -3)));
}

}  // namespace phasecast
