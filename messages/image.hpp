#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace phasecast {

/// Rows × columns. Pixels are row-major: index = y * width + x; stacks are [E, Y, X].
struct Shape {
  int height = 0;
  int width = 0;

  std::size_t pixels() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
  bool operator==(const Shape&) const = default;
};

/// A map or frame in memory that phasecast computed.
template <class T>
struct Image {
  Shape shape;
  std::vector<T> values;

  Image() = default;
  explicit Image(Shape s, T fill = T{}) : shape(s), values(s.pixels(), fill) {}

  T& at(int y, int x) { return values[static_cast<std::size_t>(y) * shape.width + x]; }
  const T& at(int y, int x) const { return values[static_cast<std::size_t>(y) * shape.width + x]; }
};

/// How a pixel is stored on the wire and in a file, always little-endian.
enum class PixelType : std::uint8_t { uint8, uint16, uint32, float32, float64 };

constexpr std::size_t bytes_per_pixel(PixelType type) {
  switch (type) {
    case PixelType::uint8:
      return 1;
    case PixelType::uint16:
      return 2;
    case PixelType::uint32:
      return 4;
    case PixelType::float32:
      return 4;
    case PixelType::float64:
      return 8;
  }
  return 0;
}

constexpr std::string_view name_of(PixelType type) {
  switch (type) {
    case PixelType::uint8:
      return "uint8";
    case PixelType::uint16:
      return "uint16";
    case PixelType::uint32:
      return "uint32";
    case PixelType::float32:
      return "float32";
    case PixelType::float64:
      return "float64";
  }
  return "unknown";
}

/// Raw bytes with shared ownership: a ZeroMQ message, a file's buffer, a vector. Copying it copies a pointer,
/// so pixels move from the socket to the last stage that needs them without being copied.
struct PixelBuffer {
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;

  static PixelBuffer take(std::vector<std::byte> data) {
    auto owned = std::make_shared<const std::vector<std::byte>>(std::move(data));
    return {owned, std::span<const std::byte>(owned->data(), owned->size())};
  }
};

}  // namespace phasecast
