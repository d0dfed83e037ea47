#pragma once

#include <string>
#include <string_view>

#include "messages/wire/codec.hpp"

namespace phasecast {

/// A wire message as one block of bytes, for browsers (little-endian): the number of parts (uint32), the
/// length of each in bytes (uint32), then the parts, each padded with zeros to a multiple of 4 bytes, so that
/// float32 pixels can be looked at where they lie.

/// The block's beginning: number and lengths.
std::string frame_lengths(const Parts& parts);
/// Zeros that follow a part of so many bytes.
std::string_view frame_padding(std::size_t bytes);

std::string to_frame(const Parts& parts);
/// Error "header" if the block is not one.
Result<Parts> from_frame(std::string_view block);

}  // namespace phasecast
