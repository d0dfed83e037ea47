#include <cmath>
#include <string_view>

#include "tests/fuzz/require.hpp"
#include "tools/bridge/bluesky.hpp"

using namespace phasecast;
using namespace phasecast::bridge;

/// Messages of a bluesky publisher, parted by \xff|\xff.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bluesky bluesky({"mono_energy", "energies"});
  constexpr std::string_view between = "\xff|\xff";
  std::string_view left(reinterpret_cast<const char*>(data), size);
  while (!left.empty()) {
    const std::string_view message = left.substr(0, left.find(between));
    left.remove_prefix(std::min(message.size() + between.size(), left.size()));
    const auto* bytes = reinterpret_cast<const std::byte*>(message.data());
    bluesky.take({PixelBuffer::take({bytes, bytes + message.size()})}, [](Result<ForeignEvent> event) {
      if (!event) return fuzz::require(!event.error().cause.empty(), "an error has a cause");
      if (const auto* shot = std::get_if<Shot>(&*event))
        fuzz::require(!shot->energy_ev || (std::isfinite(*shot->energy_ev) && *shot->energy_ev > 0),
                      "an energy is finite and above 0");
    });
  }
  return 0;
}
