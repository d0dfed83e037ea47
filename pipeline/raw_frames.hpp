#pragma once

#include <deque>
#include <vector>

#include "pipeline/pairing.hpp"
#include "stages/absorbance.hpp"

namespace phasecast {

/// Energies as ingest takes them: single frames as they came, repeats as their mean. The means' memory is
/// used again after `begin`.
class RawFrames {
 public:
  void begin() { used_ = 0; }
  /// Valid as long as the job is, and until the next `begin`.
  RawFrame frame(const EnergyJob& job);

 private:
  RawPixels pixels(const std::vector<AdmittedFrame>& own, const MeanImage& shared);

  std::deque<std::vector<float>> means_;  // growth leaves the others where they are
  std::size_t used_ = 0;
};

/// As read back, mean of the repeats.
double energy_ev(const EnergyJob& job);

}  // namespace phasecast
