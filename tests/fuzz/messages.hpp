#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "messages/wire/codec.hpp"

namespace phasecast::fuzz {

/// A fuzzer's input is one string of bytes: the parts of a message, with this between them.
inline const std::string between_parts = "\xff|\xff|";

Parts split(std::span<const std::uint8_t> input);
std::string joined(const Parts& parts);

}  // namespace phasecast::fuzz
