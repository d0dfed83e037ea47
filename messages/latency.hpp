#pragma once

#include "messages/phase_map.hpp"
#include "messages/units.hpp"

namespace phasecast {

/// From the arrival of the newest frame in a map to its hand-over to the publisher.
inline double latency_ms(const PhaseMap& map) {
  return static_cast<double>(map.published_utc_ns - map.received_utc_ns) / ns_per_ms;
}

}  // namespace phasecast
