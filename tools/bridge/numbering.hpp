#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "tools/bridge/foreign.hpp"
#include "tools/bridge/scan_plan.hpp"

namespace phasecast::bridge {

/// How a source numbers its frames.
struct NumberingRule {
  bool per_kind = false;               ///< darks, flats and samples each count for themselves
  std::optional<std::uint64_t> first;  ///< its first number; else that of the first frame that comes
  bool goes_on = false;                ///< from scan to scan: `first` is the first scan's alone
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
  /// This frame is of the scan.
  void took(const ForeignFrame& frame);
  /// Another scan begins with the next frame, whatever its number.
  void begin_again();
  /// Above every number of the scan.
  bool is_newer(const ForeignFrame& frame) const;

 private:
  /// The kind that counts for itself, or all frames.
  using Count = std::optional<FrameKind>;
  Count count_of_its_own(const ForeignFrame& frame) const {
    return rule_.per_kind ? frame.kind : std::nullopt;
  }
  std::uint64_t first_of_scan(const ForeignFrame& frame) const;

  NumberingRule rule_;
  std::map<Count, std::uint64_t> base_, newest_;
  std::map<Count, std::uint64_t> before_;  // the newest of the scan before
};

/// "frame 17"
std::string where(const ForeignFrame& frame);

}  // namespace phasecast::bridge
