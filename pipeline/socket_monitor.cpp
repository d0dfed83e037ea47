#include "pipeline/socket_monitor.hpp"

#include <atomic>
#include <cstring>

namespace phasecast {

zmq::socket_t monitor(zmq::context_t& context, zmq::socket_t& watched, int events) {
  static std::atomic<unsigned> count{0};
  const std::string address = "inproc://monitor-" + std::to_string(count++);
  if (zmq_socket_monitor(watched.handle(), address.c_str(), events) != 0) throw zmq::error_t();
  zmq::socket_t socket(context, zmq::socket_type::pair);
  socket.set(zmq::sockopt::linger, 0);
  socket.connect(address);
  return socket;
}

void stop_monitoring(zmq::socket_t& watched) {
  zmq_socket_monitor(watched.handle(), nullptr, 0);
}

std::optional<SocketEvent> try_receive_event(zmq::socket_t& monitor) {
  zmq::message_t event, address;
  if (!monitor.recv(event, zmq::recv_flags::dontwait)) return std::nullopt;
  SocketEvent told;
  std::memcpy(&told.kind, event.data(), sizeof told.kind);
  std::memcpy(&told.value, event.data<char>() + sizeof told.kind, sizeof told.value);
  if (event.more()) (void)monitor.recv(address);
  return told;
}

}  // namespace phasecast
