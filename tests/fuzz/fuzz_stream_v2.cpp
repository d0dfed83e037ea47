#include "tests/fuzz/require.hpp"
#include "tools/bridge/stream_v2.hpp"

using namespace phasecast;
using namespace phasecast::bridge;

/// One message of a DECTRIS detector, to a bridge that reads energy and kind out of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Mapping mapping = presets().at("dectris");
  mapping.energy = "user_data.energy";
  mapping.kind = "user_data.frame";
  mapping.kinds = {
      {"\"dark\"", FrameKind::dark}, {"\"flat\"", FrameKind::flat}, {"\"sample\"", FrameKind::sample}};
  StreamV2 stream("threshold_1", mapping);
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  int events = 0;
  stream.take({PixelBuffer::take({bytes, bytes + size})}, [&](Result<ForeignEvent> event) {
    ++events;
    if (!event) return fuzz::require(!event.error().cause.empty(), "an error has a cause");
    if (const auto* frame = std::get_if<ForeignFrame>(&*event))
      fuzz::require(frame->pixels.bytes.size() == frame->shape.pixels() * bytes_per_pixel(frame->pixel_type),
                    "a frame has all its pixels");
  });
  fuzz::require(events == 1, "every message is an event or an error");
  return 0;
}
