#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tools/bench/live.hpp"

namespace phasecast {

/// A series of scans at a frame rate that leaves the solver about one iteration per energy.
struct SeriesSettings {
  Shape shape{379, 520};
  int energies = 40;
  int scans = 6;                  ///< at least 2
  std::optional<double> rate_hz;  ///< frames per second; none: found by trying
  int map_every = 10;             ///< energies between provisional maps
  int threads = 2;
};

/// Of the scans after the first, which has none to take the missing energies from.
struct SeriesReport {
  double rate_hz = 0;
  double iterations_per_energy = 0;  ///< of the newest maps before the last energy
  int least_energies = 0;            ///< that the least complete of these maps had of its own scan
  double provisional_distance = 0;   ///< largest RMS in fractions, of these maps from their scan's limit map
  double largest_distance = 0;       ///< the same of the maps of all energies, whose fractions are final
  double whole_p50_ms = 0, whole_p95_ms = 0;      ///< last frame in → first map of all energies out
  double latency_p50_ms = 0, latency_p95_ms = 0;  ///< last frame in → final map out
  double solve_alone_ms = 0;                      ///< the final solve with nothing else going on
  std::uint64_t frames_sent = 0, frames_used = 0, frames_missing = 0;
};

UnmixConfig particle_unmixing(const Experiment& experiment);

SeriesReport measure_series(const SeriesSettings& settings);

}  // namespace phasecast
