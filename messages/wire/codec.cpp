#include "messages/wire/codec.hpp"

#include <algorithm>
#include <string>

#include "messages/wire/decoders.hpp"

namespace phasecast {
namespace {

struct Kind {
  std::string_view topic;
  std::size_t parts;
  Result<Message> (*decode)(const Parts&);
};

constexpr Kind kinds[] = {
    {topic::scan_start, 2, decode_scan_start},
    {topic::frame, 3, decode_frame},
    {topic::scan_end, 2, decode_scan_end},
    {topic::phase_map, 7, decode_phase_map},
    {topic::status, 2, decode_status},
    {topic::control_request, 2, decode_control_request},
    {topic::control_reply, 2, decode_control_reply},
    {topic::region_spectrum, 2, decode_region_spectrum},
    {topic::references, 2, decode_references},
    {topic::receipt, 2, decode_receipt},
};

std::string_view text_of(const PixelBuffer& part) {
  return {reinterpret_cast<const char*>(part.bytes.data()), part.bytes.size()};
}

}  // namespace

Result<Message> decode(const Parts& parts) {
  if (parts.empty()) return Error{"part_count", "message", "parts", "0", "topic and header at least"};

  const auto kind = std::find_if(std::begin(kinds), std::end(kinds),
                                 [&](const Kind& k) { return k.topic == text_of(parts[0]); });
  if (kind == std::end(kinds)) {
    return Error{
        "topic", "message", "topic", std::to_string(parts[0].bytes.size()) + " unknown bytes",
        "scan_start, frame, scan_end, phase_map, status, control_request, control_reply, region_spectrum, "
        "references or receipt"};
  }
  if (parts.size() != kind->parts) {
    return Error{"part_count", std::string(kind->topic), "parts", std::to_string(parts.size()),
                 std::to_string(kind->parts)};
  }
  return kind->decode(parts);
}

}  // namespace phasecast
