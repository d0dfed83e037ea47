#pragma once

#include <functional>
#include <string>
#include <zmq.hpp>

#include "messages/wire/codec.hpp"
#include "tools/bridge/source.hpp"

namespace phasecast::bridge {

struct SocketConfig {
  std::string endpoint;
  std::string type = "pull";  ///< "pull": the source waits while the bridge is behind; "sub": it drops
  bool bind = false;
  std::string topic;              ///< what a sub socket subscribes to
  bool keep_all = false;          ///< no bound on the messages that wait: for small ones
  std::size_t largest_bytes = 0;  ///< of a message part; whoever sends more is disconnected
};

/// A ZeroMQ socket that a source speaks to, and what understands it.
class SocketSource final : public Source {
 public:
  using Understand = std::function<void(const Parts&, const Sink&)>;
  /// Throws std::runtime_error naming the endpoint.
  SocketSource(zmq::context_t& context, const SocketConfig& config, Understand understand);
  std::string address() const override { return socket_.get(zmq::sockopt::last_endpoint); }
  zmq::pollitem_t watched() override { return {socket_.handle(), 0, ZMQ_POLLIN, 0}; }
  void take(const Sink& sink) override;

 private:
  zmq::socket_t socket_;
  Understand understand_;
};

}  // namespace phasecast::bridge
