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
  bool one_by_one = false;  ///< a scan begins when the one before has its final map
};

/// What a viewer saw of one scan. Latencies are from the last frame's arrival to the map's hand-over to the
/// publisher.
struct LiveScan {
  PhaseMap provisional;  ///< the newest before the last energy, may be of the scan before; empty if none was
  PhaseMap final;
  double whole_ms = 0;  ///< latency of the first map of all energies, the final one if none came before it
  double final_ms = 0;
};

struct LiveResult {
  std::vector<LiveScan> scans;
  Counters counters;
  std::uint64_t frames_sent = 0;
  double gb_per_s = 0;  ///< raw pixels, of the last scan if they come one by one: from its first message sent
                        ///< to its last frame's arrival
};

/// Throws std::runtime_error if a final map does not come.
LiveResult run_live(std::vector<std::shared_ptr<PreparedScan>> scans, const LiveSettings& settings);

/// The map that a final map would be, had it been iterated to its limit: same data, λ and mask.
PhaseMap limit_of(PreparedScan& scan, const UnmixConfig& unmix, const PhaseMap& final, int threads);

/// RMS difference of the fractions where both are known; throws std::runtime_error if nothing is.
double rms_distance(const PhaseMap& a, const PhaseMap& b);

}  // namespace phasecast
