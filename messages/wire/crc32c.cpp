#include "messages/crc32c.hpp"

#include <isa-l/crc.h>

#include <algorithm>

namespace phasecast {

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc) {
  constexpr std::size_t longest_call = std::size_t{1} << 30;  // ISA-L takes the length as int
  std::uint32_t remainder = ~crc;                             // ISA-L leaves both inversions to the caller
  while (!bytes.empty()) {
    const auto chunk = bytes.first(std::min(bytes.size(), longest_call));
    // ISA-L only reads, but does not say const.
    auto* data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(chunk.data()));
    remainder = crc32_iscsi(data, static_cast<int>(chunk.size()), remainder);
    bytes = bytes.subspan(chunk.size());
  }
  return ~remainder;
}

}  // namespace phasecast
