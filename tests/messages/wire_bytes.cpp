#include "wire_bytes.hpp"

#include <cstring>
#include <stdexcept>

namespace phasecast::test {
namespace {

enum WireType : std::uint32_t { varint = 0, fixed64 = 1, delimited = 2, fixed32 = 5 };

std::string varint_bytes(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

std::uint64_t take_varint(const std::string& bytes, std::size_t& at) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.at(at++));
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
}

std::size_t payload_size(const std::string& bytes, std::size_t& at, std::uint32_t type) {
  switch (type) {
    case varint: {
      auto end = at;
      take_varint(bytes, end);
      return end - at;
    }
    case fixed64:
      return 8;
    case delimited:
      return take_varint(bytes, at);
    case fixed32:
      return 4;
    default:
      throw std::runtime_error("header is not protobuf");
  }
}

Parts appended(Parts parts, const std::string& bytes) {
  parts.at(1) = buffer_of(bytes_of(parts.at(1)) + bytes);
  return parts;
}

std::string tag(std::uint32_t field, WireType type) {
  return varint_bytes(field << 3 | type);
}

}  // namespace

PixelBuffer buffer_of(const std::string& bytes) {
  const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
  return PixelBuffer::take({first, first + bytes.size()});
}

std::string bytes_of(const PixelBuffer& buffer) {
  return {reinterpret_cast<const char*>(buffer.bytes.data()), buffer.bytes.size()};
}

Parts with_varint(Parts parts, std::uint32_t field, std::uint64_t value) {
  return appended(std::move(parts), tag(field, varint) + varint_bytes(value));
}

Parts with_double(Parts parts, std::uint32_t field, double value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return appended(std::move(parts), tag(field, fixed64) + bytes);
}

Parts with_bytes(Parts parts, std::uint32_t field, const std::string& value) {
  return appended(std::move(parts), tag(field, delimited) + varint_bytes(value.size()) + value);
}

Parts without(const Parts& parts, std::uint32_t field) {
  const auto header = bytes_of(parts.at(1));
  std::string kept;
  for (std::size_t at = 0; at < header.size();) {
    const auto start = at;
    const auto key = static_cast<std::uint32_t>(take_varint(header, at));
    const auto size = payload_size(header, at, key & 7);
    at += size;
    if (key >> 3 != field) kept += header.substr(start, at - start);
  }
  auto edited = parts;
  edited.at(1) = buffer_of(kept);
  return edited;
}

}  // namespace phasecast::test
