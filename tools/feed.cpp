#include "tools/feed.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "pipeline/socket_monitor.hpp"
#include "pipeline/zmq_parts.hpp"

namespace phasecast {
namespace {

constexpr auto silence_limit = std::chrono::seconds(3);  // status comes every second
constexpr int maps_held = 64;                            // per subscriber; megabytes each

}  // namespace

std::string describe(Link link, const std::string& endpoint) {
  switch (link) {
    case Link::absent:
      return "no pipeline answers at " + endpoint + " yet; waiting for one";
    case Link::connected:
      return "connected to " + endpoint;
    case Link::silent:
      return "connected to " + endpoint + ", but nothing has come for 3 s; waiting";
    case Link::lost:
      return "the pipeline at " + endpoint + " is gone; waiting for it to come back";
    case Link::wrong:
      return "what answers at " + endpoint +
             " does not publish maps to this client; give the maps endpoint of phasecast run, and --key and "
             "--server-key if it asks for keys";
  }
  return "";
}

Feed::Feed(const std::string& endpoint, const std::optional<ClientKeys>& keys, std::stop_token stop)
    : stop_(std::move(stop)),
      subscriber_(context_, zmq::socket_type::sub),
      monitor_(monitor(context_, subscriber_,
                       ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | handshake_failures)),
      last_heard_(Clock::now()) {
  subscriber_.set(zmq::sockopt::rcvhwm, maps_held);
  subscriber_.set(zmq::sockopt::linger, 0);
  subscriber_.set(zmq::sockopt::subscribe, "");
  use_keys(subscriber_, keys);
  connect_or_throw(subscriber_, endpoint, "maps");
}

void Feed::wait(Clock::time_point deadline) {
  if (link_ == Link::connected) deadline = std::min(deadline, last_heard_ + silence_limit);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  std::array<zmq_pollitem_t, 3> sources{{{subscriber_.handle(), 0, ZMQ_POLLIN, 0},
                                         {monitor_.handle(), 0, ZMQ_POLLIN, 0},
                                         {nullptr, stop_.get(), ZMQ_POLLIN, 0}}};
  const int ready = zmq_poll(sources.data(), sources.size(), std::max<long>(0, left));
  if (ready < 0 && errno != EINTR) throw zmq::error_t();
  take_link_events();
  if (link_ == Link::connected && Clock::now() - last_heard_ >= silence_limit) change(Link::silent);
}

std::optional<Parts> Feed::receive_parts() {
  Parts parts;
  if (!try_receive_parts(subscriber_, parts)) return std::nullopt;
  take_link_events();  // the handshake that came before it may be newer than the last wait
  last_heard_ = Clock::now();
  if (link_ == Link::silent) change(Link::connected);
  return parts;
}

std::optional<Result<Message>> Feed::receive() {
  const auto parts = receive_parts();
  if (!parts) return std::nullopt;
  return decode(*parts);
}

void Feed::take_link_events() {
  while (const auto event = try_receive_event(monitor_)) {
    if (event->kind == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
      change(Link::connected);
      last_heard_ = Clock::now();
    } else if (event->kind == ZMQ_EVENT_DISCONNECTED) {
      change(link_ == Link::connected || link_ == Link::silent ? Link::lost : Link::wrong);
    } else {
      change(Link::wrong);
    }
  }
}

void Feed::change(Link link) {
  if (link == link_) return;
  link_ = link;
  changes_.push_back(link);
}

}  // namespace phasecast
