#include <string_view>

#include "tests/fuzz/require.hpp"
#include "tools/bridge/json_stream.hpp"

using namespace phasecast;
using namespace phasecast::bridge;

/// Messages of a source with JSON headers; their parts are parted by \xff|\xff, they by a part that is empty.
/// The first byte chooses the source.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const char* const sources[] = {"adzmq", "sls", "recastx"};
  Mapping mapping = presets().at(sources[data[0] % 3]);
  if (data[0] & 4) mapping.energy = "ndattr.Energy.value";
  JsonStream stream(mapping);
  constexpr std::string_view between = "\xff|\xff";
  std::string_view left(reinterpret_cast<const char*>(data) + 1, size - 1);
  Parts parts;
  const auto take = [&] {
    stream.take(parts, [](Result<ForeignEvent> event) {
      if (!event) return fuzz::require(!event.error().cause.empty(), "an error has a cause");
      if (const auto* frame = std::get_if<ForeignFrame>(&*event))
        fuzz::require(
            frame->pixels.bytes.size() == frame->shape.pixels() * bytes_per_pixel(frame->pixel_type),
            "a frame has all its pixels");
    });
    parts.clear();
  };
  while (!left.empty()) {
    const std::string_view part = left.substr(0, left.find(between));
    left.remove_prefix(std::min(part.size() + between.size(), left.size()));
    const auto* bytes = reinterpret_cast<const std::byte*>(part.data());
    if (part.empty())
      take();
    else
      parts.push_back(PixelBuffer::take({bytes, bytes + part.size()}));
  }
  take();
  return 0;
}
