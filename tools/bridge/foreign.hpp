#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "messages/result.hpp"
#include "messages/scan.hpp"

/// What a source with a protocol of its own said, in our terms. What it did not say is absent.
namespace phasecast::bridge {

struct ForeignFrame {
  std::uint64_t number = 0;  ///< as the source counts
  std::optional<FrameKind> kind;
  std::optional<double> energy_ev;
  std::optional<std::string> scan;  ///< the source's own name for it: another name, another scan
  Shape shape;
  PixelType pixel_type = PixelType::uint16;
  PixelBuffer pixels;  ///< little-endian, shape.pixels() of pixel_type
  double exposure_s = 0;
  std::int64_t start_utc_ns = 0;
  double i0 = std::numeric_limits<double>::quiet_NaN();
};

/// The source begins a scan.
struct ForeignStart {
  std::string name;                 ///< its own
  std::vector<double> energies_ev;  ///< empty: it did not say
  std::map<std::string, std::string> metadata;
};

/// The source ends its scan.
struct ForeignEnd {
  ScanStatus status = ScanStatus::complete;
  std::string reason;
};

/// What a side channel says about the frame in place `place` of the scan that is open.
struct Shot {
  std::uint64_t place = 0;
  FrameKind kind = FrameKind::sample;
  std::optional<double> energy_ev = {};      ///< absent: this event did not have it
  std::optional<std::uint64_t> number = {};  ///< the frame's own; absent: that in its place
};

using ForeignEvent = std::variant<ForeignStart, ForeignFrame, ForeignEnd, Shot>;
using Sink = std::function<void(Result<ForeignEvent>)>;

}  // namespace phasecast::bridge
