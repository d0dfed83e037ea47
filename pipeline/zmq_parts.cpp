#include "pipeline/zmq_parts.hpp"

#include <memory>
#include <stdexcept>

namespace phasecast {
namespace {

using Owner = std::shared_ptr<const void>;

zmq::message_t lend(const PixelBuffer& part) {
  auto keep = std::make_unique<Owner>(part.owner);
  zmq::message_t message(
      const_cast<std::byte*>(part.bytes.data()), part.bytes.size(),
      [](void*, void* hint) { delete static_cast<Owner*>(hint); }, keep.get());
  keep.release();
  return message;
}

bool send(zmq::socket_t& socket, const Parts& parts, zmq::send_flags waiting) {
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const auto more = k + 1 < parts.size() ? zmq::send_flags::sndmore : zmq::send_flags::none;
    // Once the first part is taken, ZeroMQ takes the rest of the message too.
    if (!socket.send(lend(parts[k]), more | (k == 0 ? waiting : zmq::send_flags::none))) return false;
  }
  return true;
}

std::string user_of(const zmq::message_t& message) {
  const char* user = zmq_msg_gets(message.handle(), "User-Id");
  return user ? user : "";
}

bool receive(zmq::socket_t& socket, Parts& parts, zmq::recv_flags waiting, std::string* user = nullptr) {
  parts.clear();
  while (true) {
    auto message = std::make_shared<zmq::message_t>();
    if (!socket.recv(*message, parts.empty() ? waiting : zmq::recv_flags::none)) return false;
    if (user && parts.empty()) *user = user_of(*message);
    const bool more = message->more();
    const std::span bytes(message->data<const std::byte>(), message->size());
    parts.push_back({std::move(message), bytes});
    if (!more) return true;
  }
}

[[noreturn]] void fail(const char* verb, const std::string& endpoint, std::string_view purpose,
                       const zmq::error_t& error) {
  throw std::runtime_error(std::string(purpose) + " socket: cannot " + verb + " " + endpoint + ": " +
                           error.what() +
                           "; expected tcp://HOST:PORT, ipc://PATH or tcp://HOST:* for any free port");
}

}  // namespace

void send_parts(zmq::socket_t& socket, const Parts& parts) {
  send(socket, parts, zmq::send_flags::none);
}

bool try_send_parts(zmq::socket_t& socket, const Parts& parts) {
  return send(socket, parts, zmq::send_flags::dontwait);
}

Parts receive_parts(zmq::socket_t& socket, std::string* user) {
  Parts parts;
  receive(socket, parts, zmq::recv_flags::none, user);
  return parts;
}

bool try_receive_parts(zmq::socket_t& socket, Parts& parts, std::string* user) {
  return receive(socket, parts, zmq::recv_flags::dontwait, user);
}

void bind_or_throw(zmq::socket_t& socket, const std::string& endpoint, std::string_view purpose) try {
  socket.bind(endpoint);
} catch (const zmq::error_t& error) {
  fail("bind", endpoint, purpose, error);
}

void connect_or_throw(zmq::socket_t& socket, const std::string& endpoint, std::string_view purpose) try {
  socket.connect(endpoint);
} catch (const zmq::error_t& error) {
  fail("connect to", endpoint, purpose, error);
}

}  // namespace phasecast
