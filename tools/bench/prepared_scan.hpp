#pragma once

#include <memory>
#include <vector>

#include "pipeline/scan_source.hpp"
#include "stages/dictionary.hpp"
#include "tools/simulate/experiment.hpp"

namespace phasecast {

/// A scan with its frames made beforehand: making them is not what is measured.
class PreparedScan : public ScanSource {
 public:
  explicit PreparedScan(ScanSource& source);

  const ScanStart& start() const override { return start_; }
  std::uint64_t frame_count() const override { return frames_.size(); }
  Result<Frame> frame(std::uint64_t sequence) override { return frames_.at(sequence); }
  ScanEnd end() const override { return end_; }

  const std::vector<Frame>& frames() const { return frames_; }
  std::size_t bytes() const;

 private:
  ScanStart start_;
  ScanEnd end_;
  std::vector<Frame> frames_;
};

/// The particle scene as a detector of 16 bits sees it, `scans` times while the reaction goes on; one dark,
/// and a flat for each energy.
std::shared_ptr<const Experiment> particle_experiment(Shape shape, int energies, int scans);

/// What the experiment's data need: its references and a linear pre-edge.
NormalizeConfig particle_normalization();

}  // namespace phasecast
