#include "pipeline/zmq_parts.hpp"

#include <memory>
#include <stdexcept>

namespace phasecast {
namespace {

using Owner = std::shared_ptr<const void>;

zmq::message_t shared_message(const PixelBuffer& part) {
  auto owner = std::make_unique<Owner>(part.owner);
  auto release = [](void*, void* held) { delete static_cast<Owner*>(held); };
  zmq::message_t message(const_cast<std::byte*>(part.bytes.data()), part.bytes.size(), release, owner.get());
  owner.release();
  return message;
}

}  // namespace

void send_parts(zmq::socket_t& socket, const Parts& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto more = i + 1 < parts.size() ? zmq::send_flags::sndmore : zmq::send_flags::none;
    if (!socket.send(shared_message(parts[i]), more)) {
      throw std::runtime_error("nobody took a message within the socket's send timeout");
    }
  }
}

Parts receive_parts(zmq::socket_t& socket) {
  Parts parts;
  for (bool more = true; more;) {
    auto message = std::make_shared<zmq::message_t>();
    if (!socket.recv(*message)) return {};
    more = message->more();
    parts.push_back({message, {static_cast<const std::byte*>(message->data()), message->size()}});
  }
  return parts;
}

}  // namespace phasecast
