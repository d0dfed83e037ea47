#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace phasecast {

/// Consecutive sequences: first, first + 1, … first + count − 1.
struct SequenceRun {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  bool operator==(const SequenceRun&) const = default;
};

/// Which frames of a scan are safe in its recording: a source may forget them, and sends the others again.
struct Receipt {
  std::string scan_id;
  bool closed = false;                ///< the recording has its scan_end
  std::vector<SequenceRun> recorded;  ///< in order, with gaps between them
};

}  // namespace phasecast
