#pragma once

#include <string>
#include <string_view>
#include <zmq.hpp>

#include "messages/wire/codec.hpp"

namespace phasecast {

/// Sends all parts as one message. Their memory is lent to ZeroMQ, not copied, and freed when it has left.
void send_parts(zmq::socket_t& socket, const Parts& parts);
/// The same, without waiting: false if the message was not taken.
bool try_send_parts(zmq::socket_t& socket, const Parts& parts);

/// Waits for a message; its parts own the memory that ZeroMQ received them in. `user` becomes who the
/// gatekeeper says sent it; empty without keys.
Parts receive_parts(zmq::socket_t& socket, std::string* user = nullptr);
/// The same, without waiting: false if there is no message.
bool try_receive_parts(zmq::socket_t& socket, Parts& parts, std::string* user = nullptr);

/// Throws std::runtime_error naming the purpose, the endpoint and the system's words.
void bind_or_throw(zmq::socket_t& socket, const std::string& endpoint, std::string_view purpose);
void connect_or_throw(zmq::socket_t& socket, const std::string& endpoint, std::string_view purpose);

}  // namespace phasecast
