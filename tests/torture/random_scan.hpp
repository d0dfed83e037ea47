#pragma once

#include <string>
#include <vector>

#include "messages/scan.hpp"
#include "pipeline/unmix_config.hpp"
#include "tools/simulate/random.hpp"

namespace phasecast::torture {

/// A scan as a source means to send it: its start, and its frames by sequence.
struct RandomScan {
  ScanStart start;
  std::vector<Frame> frames;
  ScanEnd end() const { return {start.scan_id, frames.size(), ScanStatus::complete, ""}; }
};

/// Two to four states with edges a few eV apart, any method and way of solving that is quick.
UnmixConfig random_unmix(Random& random);

/// 8×8 to 24×24 pixels, few to 30 energies, any pixel type, signal and plan of darks, flats and repeats;
/// now and then pixels that are not finite.
RandomScan random_scan(Random& random, const UnmixConfig& unmix, const std::string& series,
                       const std::string& scan_id, std::uint32_t index);

/// A scan of the same plan again, with new pixels.
RandomScan repeated_scan(Random& random, const UnmixConfig& unmix, const ScanStart& plan,
                         const std::string& scan_id, std::uint32_t index);

bool chance(Random& random, double probability);

}  // namespace phasecast::torture
