#pragma once

#include <memory>
#include <string>
#include <variant>

#include "messages/scan.hpp"
#include "pipeline/files/recorded_scan.hpp"

namespace phasecast {

/// Holds a share of the memory budget for frames in flight; the share is given back when the last copy goes.
using Ticket = std::shared_ptr<void>;

struct ScanOpened {
  std::shared_ptr<const ScanStart> scan;
  std::shared_ptr<const RecordedScan> recording = nullptr;  ///< that a restart goes on with; else a new scan
};

struct AdmittedFrame {
  std::shared_ptr<const ScanStart> scan;
  Frame frame;
  bool late = false;  ///< its place was given up: recorded, not unmixed
  Ticket ticket;
  bool recorded = false;  ///< comes from the recording itself, after a restart
};

struct ScanClosed {
  std::shared_ptr<const ScanStart> scan;
  ScanEnd end;             ///< as sent, or made up from what is known if it never came
  bool timed_out = false;  ///< closed on silence, not on count
  std::uint64_t received = 0;
  std::uint64_t missing = 0;
  std::int64_t last_received_utc_ns = 0;
  Ticket ticket = nullptr;  ///< for what its final map needs until it is made
};

/// What leaves admission, in the order of the scan: opened, frames by sequence, closed.
using Event = std::variant<ScanOpened, AdmittedFrame, ScanClosed>;

}  // namespace phasecast
