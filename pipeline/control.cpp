#include "pipeline/control.hpp"

#include <array>

#include "pipeline/zmq_parts.hpp"

namespace phasecast {
namespace {

constexpr const char* stop_endpoint = "inproc://control-stop";

}  // namespace

ControlServer::ControlServer(zmq::context_t& context, const std::string& endpoint, Handler handler)
    : handler_(std::move(handler)),
      clients_(context, zmq::socket_type::rep),
      stop_receiver_(context, zmq::socket_type::pair),
      stop_sender_(context, zmq::socket_type::pair) {
  clients_.set(zmq::sockopt::linger, 1000);
  bind_or_throw(clients_, endpoint, "control");
  endpoint_ = clients_.get(zmq::sockopt::last_endpoint);
  stop_receiver_.bind(stop_endpoint);
  stop_sender_.connect(stop_endpoint);
  thread_ = std::jthread([this] { work(); });
}

ControlServer::~ControlServer() {
  stop_sender_.send(zmq::message_t(), zmq::send_flags::none);
  thread_.join();
}

void ControlServer::work() {
  while (true) {
    std::array<zmq::pollitem_t, 2> items{
        {{clients_.handle(), 0, ZMQ_POLLIN, 0}, {stop_receiver_.handle(), 0, ZMQ_POLLIN, 0}}};
    zmq::poll(items);
    if (items[1].revents != 0) return;
    send_parts(clients_, answer(receive_parts(clients_), handler_));
  }
}

Parts ControlServer::answer(const Parts& request, const Handler& handler) {
  const auto message = decode(request);
  if (!message) return encode(ControlReply{false, message.error().text()});
  const auto* control = std::get_if<ControlRequest>(&*message);
  if (!control) return encode(ControlReply{false, "expected a control_request"});
  ControlAnswer answer = handler(*control);
  Parts parts = encode(answer.reply);
  parts.insert(parts.end(), answer.message.begin(), answer.message.end());
  return parts;
}

}  // namespace phasecast
