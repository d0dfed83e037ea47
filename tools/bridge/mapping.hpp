#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "messages/scan.hpp"

namespace phasecast::bridge {

/// A value within a header by the names on the way to it: "ndattr.Energy.value", "shape.0".
using FieldPath = std::string;

/// Where in a source's header our fields are; an empty path: the source does not say. A path that is given
/// must be there in every header. The TOML file has the same names.
struct Mapping {
  FieldPath number, shape, dtype, kind, energy, exposure, timestamp, scan, i0;
  std::string shape_order = "yx";          ///< "yx": rows, columns; "xy": columns first
  std::string default_dtype;               ///< where the header has none
  std::string energy_unit;                 ///< "eV", "keV"; empty: below 70 is keV, which is said
  double exposure_unit_s = 1;              ///< how many seconds one unit is
  double timestamp_unit_s = 1;             ///< likewise, since 1970-01-01 UTC
  bool numbers_per_kind = false;           ///< darks, flats and samples each count for themselves
  std::optional<std::uint64_t> first;      ///< the source's first number
  bool numbers_go_on = false;              ///< from scan to scan, instead of beginning anew with each
  bool separate_messages = false;          ///< header and pixels are messages of their own, not parts of one
  int skip_parts = 0;                      ///< parts before the header, a topic for instance
  std::map<std::string, FrameKind> kinds;  ///< a value of `kind` as JSON text -> what it means
  std::map<FieldPath, std::string> require;  ///< value as JSON text without which an image is of no use
  std::map<FieldPath, std::string> end;      ///< value as JSON text with which a header ends the scan
  std::string socket = "pull";               ///< what the bridge's socket is by default: "pull" or "sub"
};

/// "adzmq", "sls", "recastx", "dectris", "folder", "hdf5": what these send, as their sources and manuals say
/// (README.md beside this).
const std::map<std::string, Mapping>& presets();

/// Replaces what the TOML file names. Error "mapping" with file, line, key and what is known.
Result<Mapping> read_mapping(const std::filesystem::path& path, const Mapping& base);

}  // namespace phasecast::bridge
