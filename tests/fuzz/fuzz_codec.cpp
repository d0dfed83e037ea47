#include "tests/fuzz/messages.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/messages/within_limits.hpp"

using namespace phasecast;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = decode(fuzz::split({data, size}));
  if (!message) {
    fuzz::require(!message.error().cause.empty(), "an error has a cause");
    return 0;
  }
  fuzz::require(test::within_limits(*message), "what is accepted is within the limits");
  const auto again = decode(std::visit([](const auto& plain) { return encode(plain); }, *message));
  fuzz::require(again.ok() && again.value().index() == message.value().index(),
                "what was decoded can be sent on");
  return 0;
}
