#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "messages/result.hpp"

namespace phasecast::bridge {

/// Undoes what HDF5's filters for LZ4 ("lz4") and bitshuffle with LZ4 ("bslz4") made, which is what DECTRIS
/// sends. `expected` is how many bytes there must be; `element` (bytes) is what bitshuffle was told. Error
/// "compression" before any memory is taken for what the compressed bytes cannot hold.
///
/// Framing: bytes in all (8, big-endian), bytes per block (4), then for each block its compressed length (4)
/// and an LZ4 block. bslz4: what is left beyond a multiple of 8 elements follows as it is.
Result<std::vector<std::byte>> decompress(const std::string& algorithm, std::size_t element,
                                          std::span<const std::byte> compressed, std::size_t expected);

}  // namespace phasecast::bridge
