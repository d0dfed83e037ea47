#pragma once

#include <set>
#include <string>

#include "messages/wire/codec.hpp"
#include "tools/bridge/foreign.hpp"
#include "tools/bridge/mapping.hpp"

namespace phasecast::bridge {

/// DECTRIS Stream V2: one CBOR map per message, of `type` start, image or end
/// (https://github.com/dectris/documentation/tree/main/stream_v2). Images are typed arrays (RFC 8746, tags 40
/// and 64 to 87), as they are or compressed (tag 56500). A series is a scan; its images count from 0.
class StreamV2 {
 public:
  /// `channel` of the detector (a threshold); empty: the first that the start names, or the only one. Of the
  /// mapping, kind, energy and I0 count: paths within the message, for example user_data.energy.
  StreamV2(std::string channel, Mapping mapping);
  /// Errors: "parts", "cbor", "type", "field", "channel", "shape", "dtype", "compression", "byte_count", and
  /// those of read_fields.
  void take(const Parts& parts, const Sink& sink);

 private:
  Result<ForeignEvent> read(const PixelBuffer& message);

  std::string channel_;        // as asked for
  std::string first_channel_;  // as the start names it
  Mapping mapping_;
  std::set<std::string> assumed_kev_;
};

}  // namespace phasecast::bridge
