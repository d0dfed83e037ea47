#pragma once

#include <zmq.hpp>

#include "messages/wire/codec.hpp"

namespace phasecast {

/// Sends all parts as one multipart message. The pixels are not copied: ZeroMQ shares the ownership of every
/// part until it is sent.
void send_parts(zmq::socket_t& socket, const Parts& parts);

/// One whole message; each part owns its ZeroMQ message, nothing is copied. Empty if the socket's receive
/// timeout passed first.
Parts receive_parts(zmq::socket_t& socket);

}  // namespace phasecast
