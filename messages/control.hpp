#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "messages/region_spectrum.hpp"

namespace phasecast {

enum class ControlCommand : std::uint8_t {
  get_status,           ///< answers with a Status message
  get_scan_start,       ///< answers with the ScanStart of the newest scan
  get_map,              ///< answers with the newest PhaseMap
  abort_scan,           ///< closes the open scan now; the map of what was received becomes final
  stop,                 ///< finishes what was received, then ends the pipeline
  get_region_spectrum,  ///< answers with the RegionSpectrum of the region
  get_references,       ///< answers with the References of the newest scan
  get_receipt,          ///< answers with the Receipt of the scan
};

struct ControlRequest {
  ControlCommand command = ControlCommand::get_status;
  std::optional<Region> region = {};  ///< with get_region_spectrum, and only then
  std::string scan_id = {};           ///< with get_receipt, and only then
};

/// Sent before the answer's own message, if it has one.
struct ControlReply {
  bool ok = false;
  std::string text;  ///< why not, or what was done
};

}  // namespace phasecast
