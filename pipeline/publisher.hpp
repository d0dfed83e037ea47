#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <zmq.hpp>

#include "messages/wire/codec.hpp"
#include "pipeline/gatekeeper.hpp"
#include "pipeline/ledger.hpp"

namespace phasecast {

/// The XPUB socket and its thread: lossy per viewer, so that a slow viewer never slows the beamline. The
/// newest scan_start, phase_map and status are sent again whenever somebody subscribes; after a full queue
/// dropped a message, the newest map goes out again, at growing intervals. Who subscribes to very many topics
/// that there are not is hung up on.
class Publisher {
 public:
  Publisher(zmq::context_t& context, const std::string& endpoint, Gatekeeper& gatekeeper, Ledger& ledger);
  ~Publisher();

  const std::string& endpoint() const { return endpoint_; }
  /// Any thread. Takes part 0 as the topic.
  void publish(const Parts& parts);
  /// The newest message of a topic; empty if there was none.
  Parts newest(std::string_view topic) const;

 private:
  using Clock = std::chrono::steady_clock;

  zmq::socket_t new_socket();
  void work();
  std::chrono::milliseconds until_greeting() const;
  void take_subscriptions();
  void greet_newcomers();
  void greet_with(std::string_view topic);
  void count_useless(std::size_t bytes, const std::string& user);
  void hang_up_on_all();
  void send_missed_map();
  void send_to_viewers(const Parts& parts);

  zmq::context_t& context_;
  Gatekeeper& gatekeeper_;
  Ledger& ledger_;
  zmq::socket_t viewers_;
  zmq::socket_t inbox_;
  std::string endpoint_;
  mutable std::mutex mutex_;
  zmq::socket_t outbox_;                              // guarded by mutex_
  std::map<std::string, Parts, std::less<>> newest_;  // guarded by mutex_
  std::size_t useless_bytes_ = 0;                // of topics subscribed to that there are not; of the thread
  std::set<std::string_view> wanted_;            // by newcomers not greeted yet; of the thread
  Clock::time_point greeting_due_;               // of the thread
  std::optional<unsigned> statuses_since_drop_;  // by a viewer's full queue; of the thread
  std::jthread thread_;
};

}  // namespace phasecast
