#pragma once

#include <google/protobuf/message_lite.h>

#include <optional>
#include <string>
#include <string_view>

#include "messages/result.hpp"
#include "messages/scan.hpp"
#include "messages/wire/codec.hpp"

namespace phasecast {

/// Topic and header: parts 0 and 1. `topic` must be one of the constants in codec.hpp: the part refers to it.
Parts topic_and_header(std::string_view topic, const google::protobuf::MessageLite& header);

std::optional<Error> parse_header(const PixelBuffer& part, std::string_view name,
                                  google::protobuf::MessageLite& header);

/// Part 1 of a message as `Header`, if it is one and of this protocol's version.
template <class Header>
Result<Header> read_header(const Parts& parts, std::string_view name) {
  Header header;
  if (auto error = parse_header(parts[1], name, header)) return *error;
  if (header.version() != protocol_version) {
    return Error{"version", std::string(name), "version", std::to_string(header.version()),
                 std::to_string(protocol_version)};
  }
  return header;
}

}  // namespace phasecast
