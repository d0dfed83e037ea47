#include "tools/bridge/pixels.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace phasecast::bridge {
namespace {

using Number = ForeignType::Number;

std::optional<ForeignType> numpy_type(std::string_view name) {
  if (name.size() != 3 || std::string_view("<>|").find(name[0]) == std::string_view::npos)
    return std::nullopt;
  const std::size_t number = std::string_view("uif").find(name[1]);
  const int bytes = name[2] - '0';
  if (number == std::string_view::npos || (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8))
    return std::nullopt;
  return ForeignType{static_cast<Number>(number), bytes, name[0] == '>'};
}

std::vector<std::byte> swapped(std::span<const std::byte> bytes, std::size_t width) {
  std::vector<std::byte> turned(bytes.begin(), bytes.end());
  for (auto at = turned.begin(); at != turned.end(); at += static_cast<std::ptrdiff_t>(width))
    std::reverse(at, at + static_cast<std::ptrdiff_t>(width));
  return turned;
}

template <class From, class To>
PixelBuffer converted(const PixelBuffer& pixels) {
  const std::size_t count = pixels.bytes.size() / sizeof(From);
  std::vector<std::byte> out(count * sizeof(To));
  for (std::size_t k = 0; k < count; ++k) {
    From value;
    std::memcpy(&value, pixels.bytes.data() + k * sizeof(From), sizeof(From));
    const auto exact = static_cast<To>(value);
    std::memcpy(out.data() + k * sizeof(To), &exact, sizeof(To));
  }
  return PixelBuffer::take(std::move(out));
}

}  // namespace

std::optional<ForeignType> type_named(std::string_view name) {
  if (const auto type = numpy_type(name)) return type;
  if (name.ends_with("le")) name.remove_suffix(2);
  static constexpr struct {
    std::string_view name;
    ForeignType type;
  } known[] = {
      {"uint8", {Number::whole, 1}},        {"uint16", {Number::whole, 2}},
      {"uint32", {Number::whole, 4}},       {"uint64", {Number::whole, 8}},
      {"int8", {Number::signed_whole, 1}},  {"int16", {Number::signed_whole, 2}},
      {"int32", {Number::signed_whole, 4}}, {"int64", {Number::signed_whole, 8}},
      {"float32", {Number::real, 4}},       {"float64", {Number::real, 8}},
  };
  for (const auto& entry : known)
    if (entry.name == name) return entry.type;
  return std::nullopt;
}

std::optional<PixelType> type_here(const ForeignType& type) {
  switch (type.number) {
    case Number::whole:
      if (type.bytes == 1) return PixelType::uint8;
      if (type.bytes == 2) return PixelType::uint16;
      if (type.bytes == 4) return PixelType::uint32;
      break;
    case Number::signed_whole:
      if (type.bytes == 1 || type.bytes == 2) return PixelType::float32;
      if (type.bytes == 4) return PixelType::float64;
      break;
    case Number::real:
      if (type.bytes == 4) return PixelType::float32;
      if (type.bytes == 8) return PixelType::float64;
      break;
  }
  return std::nullopt;
}

PixelBuffer pixels_here(const ForeignType& type, PixelBuffer pixels) {
  if (type.big_endian && type.bytes > 1)
    pixels = PixelBuffer::take(swapped(pixels.bytes, static_cast<std::size_t>(type.bytes)));
  if (type.number != Number::signed_whole) return pixels;
  if (type.bytes == 1) return converted<std::int8_t, float>(pixels);
  if (type.bytes == 2) return converted<std::int16_t, float>(pixels);
  return converted<std::int32_t, double>(pixels);
}

Result<Shape> shape_of(std::uint64_t height, std::uint64_t width, const std::string& where,
                       const std::string& field) {
  const bool fits = height >= 1 && width >= 1 && height <= largest_side && width <= largest_side &&
                    height * width <= most_pixels;
  if (!fits)
    return Error{"shape", where, field, std::to_string(height) + "x" + std::to_string(width),
                 "sides of 1 to 65536 and at most 2^30 pixels"};
  return Shape{static_cast<int>(height), static_cast<int>(width)};
}

}  // namespace phasecast::bridge
