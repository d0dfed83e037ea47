#pragma once

#include "messages/wire/codec.hpp"

namespace phasecast {

/// One per topic; `parts` already has the number of parts that its topic has.
Result<Message> decode_scan_start(const Parts& parts);
Result<Message> decode_frame(const Parts& parts);
Result<Message> decode_scan_end(const Parts& parts);
Result<Message> decode_phase_map(const Parts& parts);
Result<Message> decode_status(const Parts& parts);
Result<Message> decode_control_request(const Parts& parts);
Result<Message> decode_control_reply(const Parts& parts);
Result<Message> decode_region_spectrum(const Parts& parts);
Result<Message> decode_references(const Parts& parts);
Result<Message> decode_receipt(const Parts& parts);

}  // namespace phasecast
