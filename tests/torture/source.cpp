#include "tests/torture/source.hpp"

#include "pipeline/zmq_parts.hpp"
#include "tools/stop_signal.hpp"

namespace phasecast::torture {

Source::Source(zmq::context_t& context, const std::string& frames_endpoint, std::vector<Parts> messages)
    : socket_(context, zmq::socket_type::push), messages_(std::move(messages)) {
  socket_.set(zmq::sockopt::linger, linger_ms);
  connect_or_throw(socket_, frames_endpoint, "frames");
  thread_ = std::jthread([this](std::stop_token stop) { work(stop); });
}

void Source::wait_until_sent(std::uint64_t messages) const {
  for (std::uint64_t sent = sent_; sent < std::min<std::uint64_t>(messages, messages_.size()); sent = sent_)
    sent_.wait(sent);
}

void Source::work(std::stop_token stop) {
  const StopDescriptor stopped(stop);
  for (const Parts& parts : messages_) {
    zmq::pollitem_t items[] = {{socket_.handle(), 0, ZMQ_POLLOUT, 0},
                               {nullptr, stopped.get(), ZMQ_POLLIN, 0}};
    zmq::poll(items, 2, std::chrono::milliseconds(-1));
    if (stop.stop_requested()) return;
    send_parts(socket_, parts);
    ++sent_;
    sent_.notify_all();
  }
}

}  // namespace phasecast::torture
