#include "pipeline/publisher.hpp"

#include <algorithm>
#include <array>

#include "pipeline/zmq_parts.hpp"

namespace phasecast {
namespace {

/// Few: an old map is worth nothing to a viewer that lags.
constexpr int viewer_queue = 8;

constexpr std::chrono::milliseconds greeting_interval{100};
constexpr int most_requests = 1000;  // of viewers, before the next message is looked after

constexpr const char* inbox_endpoint = "inproc://publisher-inbox";

std::string topic_of(const Parts& parts) {
  const auto bytes = parts.front().bytes;
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Publisher::Publisher(zmq::context_t& context, const std::string& endpoint, Ledger& ledger)
    : ledger_(ledger),
      viewers_(context, zmq::socket_type::xpub),
      inbox_(context, zmq::socket_type::pull),
      outbox_(context, zmq::socket_type::push) {
  viewers_.set(zmq::sockopt::sndhwm, viewer_queue);
  viewers_.set(zmq::sockopt::linger, 1000);
  viewers_.set(zmq::sockopt::xpub_verbose,
               1);  // every subscriber announces itself, not only the first of a topic
  bind_or_throw(viewers_, endpoint, "maps");
  endpoint_ = viewers_.get(zmq::sockopt::last_endpoint);
  // Unlimited between the two ends: the thread behind it never waits for a viewer, so nothing piles up here.
  inbox_.set(zmq::sockopt::rcvhwm, 0);
  outbox_.set(zmq::sockopt::sndhwm, 0);
  inbox_.bind(inbox_endpoint);
  outbox_.connect(inbox_endpoint);
  thread_ = std::jthread([this] { work(); });
}

/// An empty message after everything published ends the thread.
Publisher::~Publisher() {
  {
    std::lock_guard lock(mutex_);
    outbox_.send(zmq::message_t(), zmq::send_flags::none);
  }
  thread_.join();
}

void Publisher::publish(const Parts& parts) {
  std::lock_guard lock(mutex_);
  newest_[topic_of(parts)] = parts;
  send_parts(outbox_, parts);
}

Parts Publisher::newest(std::string_view topic) const {
  std::lock_guard lock(mutex_);
  const auto found = newest_.find(topic);
  return found == newest_.end() ? Parts{} : found->second;
}

void Publisher::work() {
  while (true) {
    std::array<zmq::pollitem_t, 2> items{
        {{viewers_.handle(), 0, ZMQ_POLLIN, 0}, {inbox_.handle(), 0, ZMQ_POLLIN, 0}}};
    zmq::poll(items, until_greeting());
    if (items[0].revents != 0) take_subscriptions();
    if (Clock::now() >= next_greeting_) greet_newcomers();
    if (items[1].revents != 0) {
      const Parts parts = receive_parts(inbox_);
      if (parts.front().bytes.empty()) return;
      if (topic_of(parts) == topic::status) send_missed_map();
      const bool everyone = send_to_viewers(parts);
      if (!everyone) map_missed_ = true;
    }
  }
}

std::chrono::milliseconds Publisher::until_greeting() const {
  if (wanted_.empty()) return std::chrono::milliseconds{-1};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_greeting_ - Clock::now());
  return std::max(left, std::chrono::milliseconds{0});
}

void Publisher::take_subscriptions() {
  zmq::message_t request;
  for (int k = 0; k < most_requests && viewers_.recv(request, zmq::recv_flags::dontwait); ++k) {
    const std::string_view text = request.to_string_view();
    if (text.empty() || text.front() != '\x01') continue;
    for (const std::string_view topic : {topic::scan_start, topic::phase_map, topic::status})
      if (topic.starts_with(text.substr(1))) wanted_.insert(topic);
  }
}

/// XPUB cannot address one viewer: all get the newest messages again and know them by map number and time. So
/// whoever subscribes over and over must not set the pace: newcomers shortly after another wait for each
/// other.
void Publisher::greet_newcomers() {
  if (wanted_.empty()) return;
  for (const std::string_view topic : {topic::scan_start, topic::phase_map, topic::status})
    if (const Parts parts = newest(topic); wanted_.contains(topic) && !parts.empty()) send_to_viewers(parts);
  wanted_.clear();
  next_greeting_ = Clock::now() + greeting_interval;
}

/// A burst of maps may overrun the queue of a viewer that is well, and the last of them may be a scan's final
/// map. ZeroMQ then leaves that viewer out, without a word, until its queue is half empty: so after a drop
/// the newest map is sent once more, with the next status.
void Publisher::send_missed_map() {
  if (!map_missed_) return;
  map_missed_ = false;
  if (const Parts map = newest(topic::phase_map); !map.empty()) send_to_viewers(map);
}

/// First tried with the queues' limits enforced, so that a viewer's drop is known and counted; then sent to
/// the others.
bool Publisher::send_to_viewers(const Parts& parts) {
  viewers_.set(zmq::sockopt::xpub_nodrop, 1);
  const bool everyone = try_send_parts(viewers_, parts);
  viewers_.set(zmq::sockopt::xpub_nodrop, 0);
  if (everyone) return true;
  ledger_.count(&Counters::viewer_drops);
  send_parts(viewers_, parts);
  return false;
}

}  // namespace phasecast
