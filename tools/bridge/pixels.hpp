#pragma once

#include <optional>
#include <string_view>

#include "messages/image.hpp"
#include "messages/result.hpp"

namespace phasecast::bridge {

/// How a source stores a pixel.
struct ForeignType {
  enum class Number : std::uint8_t { whole, signed_whole, real } number = Number::whole;
  int bytes = 2;
  bool big_endian = false;
  bool operator==(const ForeignType&) const = default;
};

/// "uint16", "uint16le", numpy's "<u2", ">f4", "|u1"; nothing if it is none of these.
std::optional<ForeignType> type_named(std::string_view name);

/// The type that holds every value exactly: signed integers of 8 and 16 bits become float32, of 32 bits
/// float64; nothing for wider integers and other floats.
std::optional<PixelType> type_here(const ForeignType& type);

/// The pixels as type_here stores them, little-endian; not copied where they are so already. The type is one
/// that type_here takes, and the length a multiple of its bytes.
PixelBuffer pixels_here(const ForeignType& type, PixelBuffer pixels);

inline constexpr int largest_side = 65536;  ///< pixels; the limits of messages/README.md
inline constexpr std::uint64_t most_pixels = std::uint64_t{1} << 30;

/// Error "shape" if the wire has no room for such an image.
Result<Shape> shape_of(std::uint64_t height, std::uint64_t width, const std::string& where,
                       const std::string& field);

}  // namespace phasecast::bridge
