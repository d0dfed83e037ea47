#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "messages/spectrum.hpp"
#include "pipeline/scan_source.hpp"
#include "tools/simulate/detector.hpp"
#include "tools/simulate/drifting_image.hpp"
#include "tools/simulate/scenes.hpp"

namespace phasecast {

struct ExperimentConfig {
  SceneKind scene = SceneKind::particle;
  Shape shape{379, 520};
  double thickness_variation = 0.5;  ///< 0 to 1, see make_scene
  std::vector<Spectrum> references;  ///< one per chemical state, in the order of the reaction
  std::vector<double> energies_ev;   ///< in the order they are measured, inside the references' ranges
  std::string edge = "Ni K";
  int scans = 1;
  double front_width_px = 4;
  double background = 0.1;  ///< non-element absorbance at the first energy; falls with energy as E⁻³
  double matrix = 0;        ///< likewise, of the sample's other elements, per edge jump: has its shape
  double noise = 0.05;      ///< standard deviation of one absorbance value
  DriftConfig drift;
  int margin_px = 0;      ///< of sample beyond the image's border; at least what the drift needs
  double flat_drift = 0;  ///< of the open beam, relative
  double hot_pixels = 1e-4;
  Signal signal = Signal::counts;
  CorrectionPlan darks{CorrectionUse::shared, 2};
  CorrectionPlan flats{CorrectionUse::shared, 2};
  std::uint32_t sample_repeats = 1;
  double exposure_s = 0.5;
  double interval_s = 0;  ///< between the end of a scan and the start of the next
  double pixel_size_um = 0.04;
  std::uint64_t seed = 1;
  std::int64_t start_utc_ns = 0;
};

/// What all scans of a simulated series share. Throws std::invalid_argument naming the option at fault.
class Experiment {
 public:
  explicit Experiment(const ExperimentConfig& config);

  const ExperimentConfig& config() const { return config_; }
  /// With the margin around the image: on the canvas.
  const Scene& scene() const { return scene_; }
  /// The image's part of something on the canvas.
  std::vector<float> in_view(std::span<const float> canvas) const;
  /// Of each energy's image, in their order.
  const std::vector<Drift>& drift(int scan) const { return drift_[static_cast<std::size_t>(scan)]; }
  const Detector& detector() const { return detector_; }
  /// Of each state at the planned energies, in their order: the columns of A of eq. (1).
  const std::vector<Spectrum>& references() const { return references_; }
  /// Non-element absorbance at the first energy, on the canvas, and its share left at each energy.
  const std::vector<float>& background() const { return background_; }
  float background_at(std::size_t energy) const { return background_decay_[energy]; }

 private:
  ExperimentConfig config_;
  std::vector<std::vector<Drift>> drift_;
  Scene scene_;
  Detector detector_;
  std::vector<Spectrum> references_;
  std::vector<float> background_;
  std::vector<float> background_decay_;
};

/// One scan of the series. Frames come in the order darks, shared flats, then for each energy its flats and
/// samples; each can be made on its own and depends on configuration, scan and sequence alone.
class SimulatedScan : public ScanSource {
 public:
  SimulatedScan(std::shared_ptr<const Experiment> experiment, int scan);

  const ScanStart& start() const override { return start_; }
  std::uint64_t frame_count() const override { return start_.planned_frames(); }
  Result<Frame> frame(std::uint64_t sequence) override;
  ScanEnd end() const override { return {start_.scan_id, frame_count(), ScanStatus::complete, ""}; }

  /// The truth of the image without drift.
  const std::vector<float>& fraction() const { return fraction_; }  ///< [L, Y, X]; NaN without material
  const std::vector<float>& scale() const { return scale_; }        ///< [Y, X]
  const std::vector<Drift>& drift() const { return experiment_->drift(scan_); }
  /// y = s A x + background as the image has drifted, without noise.
  std::vector<float> absorbance(std::uint32_t energy_index) const;

 private:
  FrameHeader header(std::uint64_t sequence) const;
  std::vector<std::byte> sample_pixels(const FrameHeader& header) const;
  double time(std::uint64_t sequence) const;

  std::shared_ptr<const Experiment> experiment_;
  int scan_;
  ScanStart start_;
  std::vector<float> fraction_, scale_;
  std::vector<std::vector<float>> element_;  // s x of each state; 0 without material; on the canvas, and as
  std::vector<float> background_;            // splines if images drift, as this one is then
};

}  // namespace phasecast
