#include "messages/wire/header.hpp"

#include <google/protobuf/stubs/logging.h>

#include "messages/wire/limits.hpp"

namespace phasecast {

Parts topic_and_header(std::string_view topic, const google::protobuf::MessageLite& header) {
  std::vector<std::byte> bytes(header.ByteSizeLong());
  header.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  return {PixelBuffer{nullptr, std::as_bytes(std::span(topic))}, PixelBuffer::take(std::move(bytes))};
}

std::optional<Error> parse_header(const PixelBuffer& part, std::string_view name,
                                  google::protobuf::MessageLite& header) {
  const auto size = part.bytes.size();
  const auto fault = [&](std::string expected) {
    return Error{"header", std::string(name), "header", std::to_string(size) + " bytes", std::move(expected)};
  };
  if (size > limits::header_bytes) {
    return fault("at most " + std::to_string(limits::header_bytes) + " bytes");
  }
  const google::protobuf::LogSilencer the_error_says_it;
  if (!header.ParseFromArray(part.bytes.data(), static_cast<int>(size))) {
    return fault("a protobuf message " + header.GetTypeName());
  }
  return std::nullopt;
}

}  // namespace phasecast
