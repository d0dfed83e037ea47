#include "tools/bridge/socket_source.hpp"

#include "pipeline/zmq_parts.hpp"

namespace phasecast::bridge {
namespace {

constexpr int images_that_wait = 8;  // beyond it a PUSH source waits, and a PUB source drops

}  // namespace

SocketSource::SocketSource(zmq::context_t& context, const SocketConfig& config, Understand understand)
    : socket_(context, config.type == "sub" ? zmq::socket_type::sub : zmq::socket_type::pull),
      understand_(std::move(understand)) {
  socket_.set(zmq::sockopt::rcvhwm, config.keep_all ? 0 : images_that_wait);
  socket_.set(zmq::sockopt::linger, 0);
  if (config.largest_bytes > 0)
    socket_.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(config.largest_bytes));
  if (config.type == "sub") socket_.set(zmq::sockopt::subscribe, config.topic);
  if (config.bind)
    bind_or_throw(socket_, config.endpoint, "source");
  else
    connect_or_throw(socket_, config.endpoint, "source");
}

void SocketSource::take(const Sink& sink) {
  if (Parts parts; try_receive_parts(socket_, parts)) understand_(parts, sink);
}

}  // namespace phasecast::bridge
