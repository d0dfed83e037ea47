#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "messages/phase_map.hpp"
#include "messages/status.hpp"
#include "pipeline/unmix_config.hpp"
#include "tools/bench/prepared_scan.hpp"

namespace phasecast {

/// A series sent over ZeroMQ on the loopback to a pipeline in this process, with a viewer that takes all
/// maps.
struct LiveSettings {
  UnmixConfig unmix;
  double rate_hz = 0;  ///< frames per second; 0: as fast as they are taken
  int threads = 2;
  std::size_t in_flight_bytes = std::size_t{1} << 30;
};

/// What a viewer saw at the end of one scan.
struct LiveScan {
  PhaseMap
      before_final;  ///< the newest map until then, which may be of the scan before; empty if there was none
  PhaseMap final;

  /// From the last frame's arrival to the final map's hand-over to the publisher.
  double latency_ms() const;
};

struct LiveResult {
  std::vector<LiveScan> scans;
  Counters counters;
  std::uint64_t frames_sent = 0;
  double gb_per_s = 0;  ///< raw pixels, from the first message sent to the last frame's arrival
};

/// Throws std::runtime_error if a final map does not come.
LiveResult run_live(std::vector<std::shared_ptr<PreparedScan>> scans, const LiveSettings& settings);

/// The map that a final map would be, had it been iterated to its limit: same data, λ and mask.
PhaseMap limit_of(PreparedScan& scan, const UnmixConfig& unmix, const PhaseMap& final, int threads);

/// RMS difference of the fractions where both are known; throws std::runtime_error if nothing is.
double rms_distance(const PhaseMap& a, const PhaseMap& b);

}  // namespace phasecast
