#pragma once

#include <cstdint>
#include <optional>

#include "tools/bridge/foreign.hpp"
#include "tools/bridge/scan_plan.hpp"

namespace phasecast::bridge {

/// How a source numbers its frames.
struct NumberingRule {
  bool per_kind = false;               ///< darks, flats and samples each count for themselves
  std::optional<std::uint64_t> first;  ///< its first number; else that of the first frame that comes
};

/// Where a frame belongs. Numbers that go on beyond a scan's frames are those of the scans after it.
struct Position {
  std::uint64_t scan = 0;   ///< since the source began
  std::uint64_t place = 0;  ///< among the scan's planned frames
  bool first = false;       ///< the number that a source begins with
};

/// From a frame's number to its place, so that a frame that never came leaves its place empty.
class Numbering {
 public:
  explicit Numbering(NumberingRule rule) : rule_(rule) {}
  /// Error "kind" or "plan" if the number cannot be read; nothing if it is below the first: the source began
  /// again.
  Result<std::optional<Position>> position(const ForeignFrame& frame, const std::vector<Slot>& slots);
  void begin_again() { base_.reset(); }

 private:
  NumberingRule rule_;
  std::optional<std::uint64_t> base_;
};

/// "frame 17"
std::string where(const ForeignFrame& frame);

}  // namespace phasecast::bridge
