#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "messages/phase_map.hpp"
#include "messages/result.hpp"

namespace phasecast {

/// Final maps of a series, one entry per scan; NeXus. Readable while it is written (SWMR).
///   /entry/chemical_state (NXdata): fraction [scan, L, Y, X] f32, NaN where masked; scale, residual [scan,
///   Y, X]; uncertainty [scan, L, Y, X]; mask [scan, Y, X] u8; state (names); time [scan] s since the first
///   map; scan_index, scan_id, energies_used, energies_missing, noise_sigma, lambda, rho, iterations,
///   relative_error, map_distance, converged, aborted [scan]. Attributes of /entry/chemical_state: the full
///   configuration, one attribute per option.
class MapFileWriter {
 public:
  /// Throws std::runtime_error naming the path if it exists or cannot be made.
  MapFileWriter(const std::filesystem::path& path, Shape shape, const std::vector<std::string>& states,
                const std::map<std::string, std::string>& configuration);
  ~MapFileWriter();
  Result<Ok> append(const PhaseMap& map);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads the maps back (fraction, scale, residual, uncertainty, mask, states and the numbers above).
Result<std::vector<PhaseMap>> read_maps(const std::filesystem::path& path);

}  // namespace phasecast
