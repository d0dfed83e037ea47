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
  require(c.matrix >= 0, "matrix", c.matrix, "0 or more");
  require(c.drift.walk_px >= 0 && c.drift.walk_px <= 100, "drift", c.drift.walk_px, "0 to 100 px");
  require(std::abs(c.drift.magnification) <= 0.05, "magnification", c.drift.magnification, "-0.05 to 0.05");
  require(c.margin_px >= 0 && c.margin_px <= 10000, "margin", c.margin_px, "0 to 10000 px");
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

Shape canvas_of(const ExperimentConfig& c) {
  const int margin = std::max(c.margin_px, drift_margin(c.drift, c.shape));
  return {c.shape.height + 2 * margin, c.shape.width + 2 * margin};
}

}  // namespace

Experiment::Experiment(const ExperimentConfig& config)
    : config_(checked(config)),
      drift_(drift_of_series(config.drift, config.scans, config.energies_ev, config.seed)),
      scene_(make_scene(config.scene, canvas_of(config), config.thickness_variation, config.seed)),
      detector_(config.shape, {config.noise, config.flat_drift, config.hot_pixels, config.seed}),
      references_(resample(config.references, config.energies_ev)) {
  Random random{config.seed, 0x6261636b};
  const double side = std::min(config.shape.height, config.shape.width);
  background_ = random_field(scene_.shape, 1.5 * side, 0.3, random).values;
  for (float& b : background_) b = static_cast<float>(config.background * std::exp(0.2 * b));
  for (std::size_t k = 0; k < background_.size(); ++k)
    background_[k] += static_cast<float>(config.matrix) * scene_.scale.values[k];
  for (const double e : config.energies_ev)
    background_decay_.push_back(static_cast<float>(std::pow(e / config.energies_ev.front(), -3)));
}

std::vector<float> Experiment::in_view(std::span<const float> canvas) const {
  const Shape shape = config_.shape;
  const int left = (scene_.shape.width - shape.width) / 2, top = (scene_.shape.height - shape.height) / 2;
  std::vector<float> view;
  view.reserve(shape.pixels());
  for (int y = 0; y < shape.height; ++y) {
    const auto row =
        canvas.subspan(static_cast<std::size_t>(top + y) * scene_.shape.width + left, shape.width);
    view.insert(view.end(), row.begin(), row.end());
  }
  return view;
}

}  // namespace phasecast
