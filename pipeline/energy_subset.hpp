#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "messages/scan.hpp"
#include "stages/dictionary.hpp"

namespace phasecast {

/// A scan without the energies outside a window, as if they had never been planned: references often cover
/// less than the scan.
class EnergySubset {
 public:
  /// Throws std::runtime_error if no energy is inside.
  EnergySubset(const ScanStart& start, EnergyWindow window);

  const ScanStart& start() const { return start_; }
  /// False if the frame belongs to an energy that is left out; else its energy index is that of start().
  bool take(FrameHeader& frame) const;

 private:
  ScanStart start_;
  std::vector<std::optional<std::uint32_t>> new_index_;  // of each energy of the whole scan
};

}  // namespace phasecast
