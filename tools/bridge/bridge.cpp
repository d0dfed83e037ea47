#include "tools/bridge/bridge.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "tools/stop_signal.hpp"

namespace phasecast::bridge {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

milliseconds until(std::optional<Clock::time_point> deadline) {
  if (!deadline) return milliseconds{-1};
  return std::max(std::chrono::ceil<milliseconds>(*deadline - Clock::now()), milliseconds{0});
}

}  // namespace

Assembler::Send send_with(Sender& sender) {
  return [&sender](const Message& message) {
    std::visit([&](const auto& content) { sender.push(encode(content)); }, message);
  };
}

void run_bridge(Source& frames, Source* metadata, Assembler& assembler, std::uint64_t scans,
                const std::stop_token& stop) {
  const StopDescriptor stop_descriptor(stop);
  const Sink on_frame = [&](Result<ForeignEvent> event) { assembler.take(std::move(event), Clock::now()); };
  const Sink on_document = [&](Result<ForeignEvent> event) {
    assembler.take_metadata(std::move(event), Clock::now());
  };
  while (!stop.stop_requested() && (scans == 0 || assembler.scans_closed() < scans)) {
    const zmq::pollitem_t nothing{nullptr, -1, 0, 0};
    std::array<zmq::pollitem_t, 3> items{{{nullptr, stop_descriptor.get(), ZMQ_POLLIN, 0},
                                          assembler.wants_frames() ? frames.watched() : nothing,
                                          metadata ? metadata->watched() : nothing}};
    const bool at_once = assembler.wants_frames() && frames.ready();
    zmq::poll(items, at_once ? milliseconds{0} : until(assembler.deadline()));
    if (metadata && items[2].revents != 0) metadata->take(on_document);
    if (at_once || items[1].revents != 0) frames.take(on_frame);
    assembler.on_time(Clock::now());
  }
  assembler.finish();
}

}  // namespace phasecast::bridge
