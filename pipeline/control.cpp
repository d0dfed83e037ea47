#include "pipeline/control.hpp"

#include <array>

#include "pipeline/zmq_parts.hpp"

namespace phasecast {
namespace {

/// A client waits for an answer before it asks again; who does not read has no more of them kept here.
constexpr int answers_kept = 2;

constexpr const char* stop_endpoint = "inproc://control-stop";

bool is_command(ControlCommand command) {
  return command == ControlCommand::abort_scan || command == ControlCommand::stop;
}

}  // namespace

ControlServer::ControlServer(zmq::context_t& context, const std::string& endpoint, const SocketGuard& guard,
                             Handler handler)
    : handler_(std::move(handler)),
      clients_(context, zmq::socket_type::rep),
      stop_receiver_(context, zmq::socket_type::pair),
      stop_sender_(context, zmq::socket_type::pair) {
  clients_.set(zmq::sockopt::linger, 1000);
  clients_.set(zmq::sockopt::sndhwm, answers_kept);
  guard(clients_);
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
    Parts request;
    std::string user;
    // Nothing may be left after all: ZeroMQ drops a request without its envelope, and would wait for the
    // next.
    if (items[0].revents != 0 && try_receive_parts(clients_, request, &user))
      send_parts(clients_, answer(request, user, handler_));
  }
}

Parts ControlServer::answer(const Parts& request, std::string_view user, const Handler& handler) {
  const auto message = decode(request);
  if (!message) return encode(ControlReply{false, message.error().text()});
  const auto* control = std::get_if<ControlRequest>(&*message);
  if (!control) return encode(ControlReply{false, "expected a control_request"});
  if (is_command(control->command) && !may_command(user))
    return encode(ControlReply{
        false, std::string(user) + " may ask, not command: that takes a key with the role control"});
  ControlAnswer answer = handler(*control);
  Parts parts = encode(answer.reply);
  parts.insert(parts.end(), answer.message.begin(), answer.message.end());
  return parts;
}

}  // namespace phasecast
