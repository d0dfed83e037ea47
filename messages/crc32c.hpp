#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace phasecast {

/// CRC-32C (Castagnoli, RFC 3720): of `bytes`, or of everything behind `crc` followed by `bytes`.
/// Implemented in the wire library.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc = 0);

}  // namespace phasecast
