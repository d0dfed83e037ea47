#include "tests/fuzz/messages.hpp"

#include <algorithm>

namespace phasecast::fuzz {

Parts split(std::span<const std::uint8_t> input) {
  Parts parts;
  for (auto at = input.begin();;) {
    const auto end = std::search(at, input.end(), between_parts.begin(), between_parts.end(),
                                 [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
    const auto bytes = std::as_bytes(std::span(at, end));
    parts.push_back(PixelBuffer::take({bytes.begin(), bytes.end()}));
    if (end == input.end()) return parts;
    at = end + static_cast<std::ptrdiff_t>(between_parts.size());
  }
}

std::string joined(const Parts& parts) {
  std::string all;
  for (const auto& part : parts) {
    if (&part != &parts.front()) all += between_parts;
    all.append(reinterpret_cast<const char*>(part.bytes.data()), part.bytes.size());
  }
  return all;
}

}  // namespace phasecast::fuzz
