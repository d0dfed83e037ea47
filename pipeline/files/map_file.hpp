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
///   /entry/chemical_state (NXdata)
///     fraction, uncertainty   [scan, L, Y, X] f32, NaN where masked
///     scale, residual         [scan, Y, X] f32; mask [scan, Y, X] u8
///     state                   [L] names
///     time                    [scan] s since the first map; received_utc_ns [scan]
///     energy, energy_use      [scan, E] planned energies in eV, 0 beyond a scan's own; 0 missing, 1 used, 2
///                             carried from the scan before
///     scan_index, scan_id, energies_used, energies_missing (planned - used), noise_sigma, lambda, rho,
///     iterations, relative_error, map_distance, converged, aborted, pixel_size_um   [scan]
///   /entry/reference_check: how the references fit, see map_check.hpp
///   /entry/drift: how the images drifted that were registered, see map_drift.hpp
/// Attributes of /entry/chemical_state: the full configuration, one attribute per option. There are as many
/// maps as scan_index is long; other datasets may be longer after an append that failed.
class MapFileWriter {
 public:
  /// Throws std::runtime_error naming the path if it exists or cannot be made. Until it can
  /// be read, the file is called PATH.partial.
  MapFileWriter(const std::filesystem::path& path, Shape shape, const std::vector<std::string>& states,
                const std::map<std::string, std::string>& configuration);
  ~MapFileWriter();
  /// Error "shape" if the map does not fit the file; "disk" with the system's words if writing fails (the
  /// caller may try the same map again). `to_disk`: waits until the map would survive a power cut.
  Result<Ok> append(const PhaseMap& map, bool to_disk = false);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads the maps of a file one at a time: fraction, scale, residual, uncertainty, mask, states, method and
/// the numbers above. What a file does not hold (series, map number, instant of publication) stays as in a
/// new PhaseMap.
class MapFileReader {
 public:
  static Result<MapFileReader> open(const std::filesystem::path& path);
  MapFileReader(MapFileReader&&) noexcept;
  MapFileReader& operator=(MapFileReader&&) noexcept;
  ~MapFileReader();

  /// Every map there was when the file was opened, without its pixels.
  const std::vector<PhaseMap>& outlines() const;
  /// With its pixels; `place` is below the number of outlines.
  Result<PhaseMap> map(std::size_t place) const;

 private:
  struct Impl;
  explicit MapFileReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// All of a file's maps at once.
Result<std::vector<PhaseMap>> read_maps(const std::filesystem::path& path);

}  // namespace phasecast
