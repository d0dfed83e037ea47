#include "pipeline/publisher.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "pipeline/zmq_parts.hpp"

namespace phasecast {
namespace {

/// Few: an old map is worth nothing to a viewer that lags.
constexpr int viewer_queue = 8;

/// In bytes: a topic, and all topics that do not exist of all viewers together.
constexpr std::int64_t largest_subscription = 4096;
constexpr std::size_t most_useless_bytes = 64 << 10;

constexpr std::string_view published_topics[] = {topic::scan_start, topic::scan_end, topic::phase_map,
                                                 topic::status};
constexpr std::chrono::milliseconds greeting_delay{50};
constexpr unsigned longest_repair = 1024;  // statuses after a drop: some minutes
constexpr int most_requests = 1000;        // of viewers, before the next message is looked after

constexpr const char* inbox_endpoint = "inproc://publisher-inbox";

std::string topic_of(const Parts& parts) {
  const auto bytes = parts.front().bytes;
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Publisher::Publisher(zmq::context_t& context, const std::string& endpoint, Gatekeeper& gatekeeper,
                     Ledger& ledger)
    : context_(context),
      gatekeeper_(gatekeeper),
      ledger_(ledger),
      viewers_(new_socket()),
      inbox_(context, zmq::socket_type::pull),
      outbox_(context, zmq::socket_type::push) {
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
    if (!wanted_.empty() && Clock::now() >= greeting_due_) greet_newcomers();
    if (items[1].revents != 0) {
      const Parts parts = receive_parts(inbox_);
      if (parts.front().bytes.empty()) return;
      if (topic_of(parts) == topic::status) send_missed_map();
      send_to_viewers(parts);
    }
  }
}

zmq::socket_t Publisher::new_socket() {
  zmq::socket_t socket(context_, zmq::socket_type::xpub);
  socket.set(zmq::sockopt::sndhwm, viewer_queue);
  // Larger, and libzmq takes in subscriptions by the gigabyte before one is seen here; CURVE needs two.
  socket.set(zmq::sockopt::rcvhwm, 2);
  socket.set(zmq::sockopt::linger, 1000);
  // Every subscriber announces itself, not only the first of a topic.
  socket.set(zmq::sockopt::xpub_verbose, 1);
  gatekeeper_.guard("maps", largest_subscription)(socket);
  return socket;
}

std::chrono::milliseconds Publisher::until_greeting() const {
  if (wanted_.empty()) return std::chrono::milliseconds{-1};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(greeting_due_ - Clock::now());
  return std::max(left, std::chrono::milliseconds{0});
}

void Publisher::take_subscriptions() {
  Parts request;
  std::string user;
  for (int k = 0; k < most_requests && try_receive_parts(viewers_, request, &user); ++k) {
    const std::string text = topic_of(request);
    if (text.empty() || text.front() != '\x01') continue;
    const std::string_view prefix = std::string_view(text).substr(1);
    bool useful = false;
    for (const std::string_view topic : published_topics)
      if (topic.starts_with(prefix)) {
        useful = true;
        if (wanted_.empty()) greeting_due_ = Clock::now() + greeting_delay;
        wanted_.insert(topic);
      }
    if (!useful) count_useless(prefix.size() + 1, user);
  }
}

/// XPUB cannot address one viewer: all get the newest messages again and know them by map number and time. So
/// whoever subscribes over and over must not set the pace: newcomers wait a moment for each other, and for
/// what is published in that moment anyway.
void Publisher::greet_newcomers() {
  for (const std::string_view topic : {topic::scan_start, topic::phase_map, topic::status}) greet_with(topic);
  wanted_.clear();
}

void Publisher::greet_with(std::string_view topic) {
  if (wanted_.erase(topic) == 0) return;
  if (const Parts parts = newest(topic); !parts.empty()) send_to_viewers(parts);
}

/// libzmq keeps what a viewer subscribes to until it leaves, some hundred bytes for each, and cannot hang up
/// on one viewer: so all are hung up on. The others come back by themselves, within a second; a key that did
/// this does not.
void Publisher::count_useless(std::size_t bytes, const std::string& user) {
  useless_bytes_ += bytes;
  if (useless_bytes_ <= most_useless_bytes) return;
  useless_bytes_ = 0;
  gatekeeper_.ban(user);
  ledger_.refuse("maps");
  ledger_.error("maps socket: " + (user.empty() ? "a viewer" : user) + " subscribed to over " +
                std::to_string(most_useless_bytes) +
                " bytes of topics that there are not; all viewers were hung up on" +
                (user.empty() ? "" : ", and this one is not let in again"));
  hang_up_on_all();
}

void Publisher::hang_up_on_all() {
  viewers_.set(zmq::sockopt::linger, 0);
  viewers_.close();
  gatekeeper_.wait_until_closed("maps");
  viewers_ = new_socket();
  try {
    bind_or_throw(viewers_, endpoint_, "maps");
  } catch (const std::exception& e) {
    ledger_.error(e.what());
  }
}

/// A burst of maps may overrun the queue of a viewer that is well, and the last of them may be a scan's final
/// map. ZeroMQ then leaves that viewer out, without a word, until its queue is half empty, however long that
/// takes: so after a drop the newest map is sent again with the 1st, 2nd, 4th, 8th … status that follows.
void Publisher::send_missed_map() {
  if (!statuses_since_drop_ || *statuses_since_drop_ >= longest_repair) return;
  if (!std::has_single_bit(++*statuses_since_drop_)) return;
  if (const Parts map = newest(topic::phase_map); !map.empty()) send_to_viewers(map);
}

/// First tried with the queues' limits enforced, so that a viewer's drop is known and counted; then sent to
/// the others.
void Publisher::send_to_viewers(const Parts& parts) {
  const std::string topic = topic_of(parts);
  if (topic == topic::phase_map) greet_with(topic::scan_start);  // a map means nothing without its scan
  wanted_.erase(topic);
  viewers_.set(zmq::sockopt::xpub_nodrop, 1);
  const bool everyone = try_send_parts(viewers_, parts);
  viewers_.set(zmq::sockopt::xpub_nodrop, 0);
  if (everyone) return;
  ledger_.count(&Counters::viewer_drops);
  statuses_since_drop_ = 0;
  send_parts(viewers_, parts);
}

}  // namespace phasecast
