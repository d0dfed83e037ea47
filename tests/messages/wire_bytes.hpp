#pragma once

#include <cstdint>
#include <string>

#include "messages/wire/codec.hpp"

/// Protobuf's wire format by hand, so that tests do not lean on the code generated from phasecast.proto: they
/// pin the field numbers that clients in other languages rely on.
namespace phasecast::test {

/// Appends a field to the header; of a field that stands twice, the last one counts.
Parts with_varint(Parts parts, std::uint32_t field, std::uint64_t value);
Parts with_double(Parts parts, std::uint32_t field, double value);
Parts with_bytes(Parts parts, std::uint32_t field, const std::string& value);

/// Removes every occurrence of a field from the header.
Parts without(const Parts& parts, std::uint32_t field);

PixelBuffer buffer_of(const std::string& bytes);
std::string bytes_of(const PixelBuffer& buffer);

}  // namespace phasecast::test
