#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <zmq.hpp>

namespace phasecast {

constexpr int handshake_failures = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                                   ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

/// What libzmq tells about a socket's connections: `kind` is one of ZMQ_EVENT_…, `value` depends on it.
struct SocketEvent {
  std::uint16_t kind = 0;
  std::uint32_t value = 0;
};

/// A socket that receives these events of another from now on. libzmq's own thread waits for its reader, so
/// it must be read, and must outlive the other's connections or `stop_monitoring`.
zmq::socket_t monitor(zmq::context_t& context, zmq::socket_t& watched, int events);
void stop_monitoring(zmq::socket_t& watched);

/// The next event if there is one already.
std::optional<SocketEvent> try_receive_event(zmq::socket_t& monitor);

}  // namespace phasecast
