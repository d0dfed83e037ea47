#pragma once

#include <optional>
#include <span>
#include <vector>

#include "messages/drift.hpp"
#include "stages/ingest.hpp"
#include "stages/register.hpp"

namespace phasecast {

/// From raw pixels to moments for images that drift: dark, flat, −ln and despike over a whole image; its
/// drift; one resample in space; then the sums. The same contract as `Ingest`, whose sweep the sums and the
/// kept frames are made by: the bits depend neither on how energies were batched nor on the number of
/// threads, but on the order of the energies, as each image is measured against those before it. A pixel that
/// was outside of the field of view is NaN.
class RegisteredIngest {
 public:
  RegisteredIngest(const DespikeConfig& despike, const RegisterConfig& config, Shape shape, double first_ev)
      : despike_(despike), registration_(config, shape, first_ev), ingest_(DespikeConfig{false}) {}

  /// The next scan of the series begins. `known`: its drift from before a restart, which is taken over
  /// instead of being measured, energy by energy.
  void begin_scan(std::vector<Drift> known = {});
  std::span<const Ingested> add(std::span<const IngestEnergy> batch, Moments& sums);
  /// Of this scan, in the order of the energies.
  std::span<const Drift> drift() const { return drift_; }

 private:
  void align(const IngestEnergy& energy, Shape shape, std::size_t place);

  DespikeConfig despike_;
  Registration registration_;
  Ingest ingest_;
  bool begun_ = false;
  std::vector<Drift> known_, drift_;
  std::vector<float> absorbance_;
  std::vector<std::vector<float>> aligned_;
  std::vector<IngestEnergy> aligned_batch_;
  std::vector<std::size_t> repaired_;
  std::vector<Ingested> total_;
};

}  // namespace phasecast
