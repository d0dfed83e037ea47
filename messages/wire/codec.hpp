#pragma once

#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "messages/control.hpp"
#include "messages/phase_map.hpp"
#include "messages/receipt.hpp"
#include "messages/region_spectrum.hpp"
#include "messages/result.hpp"
#include "messages/scan.hpp"
#include "messages/status.hpp"

namespace phasecast {

/// Part 0 of every message: what it is, and what a subscriber filters on.
namespace topic {
inline constexpr std::string_view scan_start = "scan_start";
inline constexpr std::string_view frame = "frame";
inline constexpr std::string_view scan_end = "scan_end";
inline constexpr std::string_view phase_map = "phase_map";
inline constexpr std::string_view status = "status";
inline constexpr std::string_view control_request = "control_request";
inline constexpr std::string_view control_reply = "control_reply";
inline constexpr std::string_view region_spectrum = "region_spectrum";
inline constexpr std::string_view references = "references";
inline constexpr std::string_view receipt = "receipt";
}  // namespace topic

using Message = std::variant<ScanStart, Frame, ScanEnd, PhaseMap, Status, ControlRequest, ControlReply,
                             RegionSpectrum, References, Receipt>;

/// A multipart ZeroMQ message: topic, protobuf header, raw payload parts. Parts share ownership: encoding a
/// frame does not copy its pixels, and decoding one does not either.
using Parts = std::vector<PixelBuffer>;

Parts encode(const ScanStart& message);
/// Fills in byte_count and crc32c from the pixels.
Parts encode(const Frame& message);
Parts encode(const ScanEnd& message);
Parts encode(const PhaseMap& message);
Parts encode(const Status& message);
Parts encode(const ControlRequest& message);
Parts encode(const ControlReply& message);
Parts encode(const RegionSpectrum& message);
Parts encode(const References& message);
Parts encode(const Receipt& message);

/// Checks everything that one message alone can tell (topic, part count, header, version, limits, shape, byte
/// count, CRC) before a payload is touched; consistency with the open scan is the pipeline's to check.
/// The error's `cause` is one of: topic, part_count, header, version, scan_id, energy, shape, pixel_type,
/// codec, byte_count, crc, kind, repeats, states, value.
Result<Message> decode(const Parts& parts);

}  // namespace phasecast
