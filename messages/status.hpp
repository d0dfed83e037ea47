#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "messages/advice.hpp"
#include "messages/drift.hpp"

namespace phasecast {

enum class PipelineState : std::uint8_t { waiting, scanning, solving, stopping };

/// Everything that can happen to a frame has one counter; nothing is dropped or substituted silently.
struct Counters {
  std::uint64_t received = 0;   ///< valid frames of the open scan, each key counted once
  std::uint64_t recorded = 0;   ///< written to the recording
  std::uint64_t used = 0;       ///< in the maps (as sample, flat or dark)
  std::uint64_t duplicate = 0;  ///< key already received; discarded
  std::uint64_t late = 0;       ///< arrived after its place was given up; recorded, not unmixed
  std::uint64_t missing = 0;    ///< never arrived when their scan closed
  std::uint64_t foreign = 0;    ///< of a scan that is not open; discarded
  std::uint64_t unpaired = 0;   ///< recorded, but not in a map: see messages/README.md
  std::map<std::string, std::uint64_t> rejected;  ///< malformed messages by cause
  std::map<std::string, std::uint64_t> refused;   ///< connections not let in, by socket
  std::uint64_t scans_started = 0;
  std::uint64_t scans_closed = 0;
  std::uint64_t scans_aborted = 0;
  std::uint64_t scans_timed_out = 0;  ///< closed on silence, not on count
  std::uint64_t repaired_pixels = 0;  ///< spikes and dead values replaced from their neighbors
  std::uint64_t maps_provisional = 0;
  std::uint64_t maps_final = 0;
  std::uint64_t viewer_drops = 0;  ///< publications that at least one viewer was too slow to take
  std::uint64_t restored = 0;      ///< of those received: read back from a recording after a restart
  std::uint64_t unregistered = 0;  ///< energies whose drift could not be trusted: flagged, not applied
};

/// Published once per second.
struct Status {
  PipelineState state = PipelineState::waiting;
  std::string scan_id;
  std::uint32_t scan_index = 0;
  std::uint32_t energies_planned = 0;
  std::uint32_t energies_received = 0;
  Counters counters;
  std::map<std::string, std::uint64_t> queue_depths;  ///< per branch: "reorder", "record", "unmix", "hold"
  double frames_per_second = 0;
  double latency_p50_ms = 0;  ///< last frame's arrival to final map, over the last maps; NaN before the first
  double latency_p95_ms = 0;
  std::uint64_t recorder_lag_frames = 0;
  std::vector<std::string> errors;  ///< sticky: kept until the pipeline stops
  std::string note;                 ///< what the pipeline is waiting for, in words
  std::int64_t published_utc_ns = 0;
  std::vector<Drift> drift;      ///< of the newest scan, by order of ingest; empty without registration
  std::optional<Advice> advice;  ///< of the newest map of this scan; none before its first
};

}  // namespace phasecast
