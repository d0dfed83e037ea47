#pragma once

/// Units inside phasecast: energies in eV, lengths of a pixel in µm, exposure in s, instants in ns since
/// 1970-01-01 UTC. A name that holds a unit ends in it (`energy_ev`, `pixel_size_um`, `start_utc_ns`).

#include <chrono>
#include <cstdint>

namespace phasecast {

inline constexpr double ev_per_kev = 1000.0;
inline constexpr double ns_per_s = 1e9;
inline constexpr double ns_per_ms = 1e6;

/// Nanoseconds since 1970-01-01 UTC, the clock of every message.
inline std::int64_t utc_now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace phasecast
