#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>
#include <zmq.hpp>

#include "messages/result.hpp"
#include "messages/wire/codec.hpp"
#include "tools/client_keys.hpp"
#include "tools/stop_signal.hpp"

namespace phasecast {

using Clock = std::chrono::steady_clock;

/// How the other end of the endpoint looks from here.
enum class Link {
  absent,     ///< nobody has answered yet
  connected,  ///< a publisher is there and talks
  silent,     ///< a publisher is there, but not even its 1 Hz status comes
  lost,       ///< it was there and went away; ZeroMQ keeps trying
  wrong,      ///< whoever answers does not publish, or not to this client
};

/// What a person should know about the link, in words.
std::string describe(Link link, const std::string& endpoint);

/// Subscribes to everything a pipeline publishes at one endpoint.
class Feed {
 public:
  Feed(const std::string& endpoint, const std::optional<ClientKeys>& keys, std::stop_token stop);

  /// Returns when a message, a change of the link or a request to stop is there, or at the deadline.
  void wait(Clock::time_point deadline);
  /// The next message if one is there already: as it came, or decoded.
  std::optional<Parts> receive_parts();
  std::optional<Result<Message>> receive();
  Link link() const { return link_; }
  /// Every change of the link since this was last called, in order; a message comes after its connection.
  std::vector<Link> take_changes() { return std::exchange(changes_, {}); }

 private:
  void take_link_events();
  void change(Link link);

  StopDescriptor stop_;
  zmq::context_t context_;
  zmq::socket_t subscriber_, monitor_;
  Link link_ = Link::absent;
  std::vector<Link> changes_;
  Clock::time_point last_heard_;
};

}  // namespace phasecast
