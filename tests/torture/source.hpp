#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "messages/wire/codec.hpp"

namespace phasecast::torture {

/// Of sockets that send several parts and are closed while their peer goes too. With 0, ZeroMQ 4.3.4 now and
/// then ends the program in between (session_base.cpp:260): the rest of a message begun is gone already.
inline constexpr int linger_ms = 20;

/// A source on a thread of its own that sends these messages once, as fast as they are taken. Destroyed, it
/// stops in the middle.
class Source {
 public:
  Source(zmq::context_t& context, const std::string& frames_endpoint, std::vector<Parts> messages);

  /// Waits until this many have left, or none are left to send.
  void wait_until_sent(std::uint64_t messages) const;

 private:
  void work(std::stop_token stop);

  zmq::socket_t socket_;
  std::vector<Parts> messages_;
  std::atomic<std::uint64_t> sent_ = 0;
  std::jthread thread_;
};

}  // namespace phasecast::torture
