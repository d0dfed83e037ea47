#include "pipeline/control.hpp"
#include "tests/fuzz/messages.hpp"
#include "tests/fuzz/require.hpp"

using namespace phasecast;

namespace {

ControlAnswer handle(const ControlRequest& request) {
  if (request.command == ControlCommand::stop) return {{true, "stopping"}, {}};
  if (!request.region) return {{true, ""}, encode(Status{})};
  RegionSpectrum spectrum;
  spectrum.scan_id = "scan";
  spectrum.region = *request.region;
  return {{true, ""}, encode(spectrum)};
}

}  // namespace

/// The first byte says whether the sender holds a key, and of which role; the rest is the message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr const char* users[] = {"", "control:eva", "viewer:eva"};
  const char* user = users[data[0] % 3];
  const Parts answer = ControlServer::answer(fuzz::split({data + 1, size - 1}), user, handle);
  fuzz::require(answer.size() == 2 || answer.size() == 4, "a reply, and at most one message");
  const auto reply = decode({answer[0], answer[1]});
  fuzz::require(reply.ok(), "the reply can be read, whatever the request held");
  if (answer.size() == 4) fuzz::require(decode({answer[2], answer[3]}).ok(), "and so can the message");
  return 0;
}
