#pragma once

#include <functional>
#include <string>
#include <thread>
#include <zmq.hpp>

#include "messages/wire/codec.hpp"
#include "pipeline/gatekeeper.hpp"

namespace phasecast {

/// What a control request is answered with: the reply, and the message asked for (empty if none).
struct ControlAnswer {
  ControlReply reply;
  Parts message;
};

/// The REP socket and its thread. An answer is one multipart message: the reply's parts, then the message's.
class ControlServer {
 public:
  using Handler = std::function<ControlAnswer(const ControlRequest&)>;

  ControlServer(zmq::context_t& context, const std::string& endpoint, const SocketGuard& guard,
                Handler handler);
  ~ControlServer();

  const std::string& endpoint() const { return endpoint_; }

  /// What a message of any content is answered with; only a valid request of who may make it reaches the
  /// handler. `user`: who the gatekeeper says sent it; empty without keys.
  static Parts answer(const Parts& request, std::string_view user, const Handler& handler);

 private:
  void work();

  Handler handler_;
  zmq::socket_t clients_;
  zmq::socket_t stop_receiver_;
  zmq::socket_t stop_sender_;
  std::string endpoint_;
  std::jthread thread_;
};

}  // namespace phasecast
