#include "tools/confirmation.hpp"

#include <array>
#include <stdexcept>

#include "messages/wire/codec.hpp"
#include "pipeline/zmq_parts.hpp"

namespace phasecast {

using namespace std::chrono_literals;

namespace {

constexpr auto answer_patience =
    1000ms;  // a question to a pipeline that died is never answered: ask the next one
constexpr std::size_t reply_parts = 2;

}  // namespace

Confirmation::Confirmation(zmq::context_t& context, const std::string& control_endpoint,
                           const std::optional<ClientKeys>& keys, std::stop_token stop)
    : control_(context, zmq::socket_type::req),
      control_endpoint_(control_endpoint),
      stop_(stop),
      stop_descriptor_(std::move(stop)) {
  control_.set(zmq::sockopt::linger, 0);
  control_.set(zmq::sockopt::req_relaxed, true);
  control_.set(zmq::sockopt::req_correlate, true);
  use_keys(control_, keys);
  connect_or_throw(control_, control_endpoint, "control");
}

std::optional<Receipt> Confirmation::receipt(const std::string& scan_id) {
  const Parts question = encode(ControlRequest{ControlCommand::get_receipt, {}, scan_id});
  while (true) {
    send_parts(control_, question);
    std::array<zmq::pollitem_t, 2> items{
        {{control_.handle(), 0, ZMQ_POLLIN, 0}, {nullptr, stop_descriptor_.get(), ZMQ_POLLIN, 0}}};
    zmq::poll(items, answer_patience);
    if (stop_.stop_requested()) return std::nullopt;
    if (items[0].revents == 0) continue;
    const Parts answer = receive_parts(control_);
    const auto head = static_cast<std::ptrdiff_t>(std::min(answer.size(), reply_parts));
    const auto reply = decode(Parts(answer.begin(), answer.begin() + head));
    const auto* told = reply ? std::get_if<ControlReply>(&*reply) : nullptr;
    if (told && !told->ok) return Receipt{scan_id, false, {}};
    const auto message = decode(Parts(answer.begin() + head, answer.end()));
    const auto* receipt = message ? std::get_if<Receipt>(&*message) : nullptr;
    if (!told || !receipt)
      throw std::runtime_error(control_endpoint_ +
                               ": no receipt came, expected the control endpoint of phasecast run");
    return *receipt;
  }
}

std::vector<std::uint64_t> unrecorded(const std::vector<bool>& sent, const Receipt& receipt) {
  std::vector<bool> open = sent;
  for (const auto& [first, count] : receipt.recorded)
    for (std::uint64_t k = first; k < first + count && k < open.size(); ++k) open[k] = false;
  std::vector<std::uint64_t> sequences;
  for (std::uint64_t k = 0; k < open.size(); ++k)
    if (open[k]) sequences.push_back(k);
  return sequences;
}

}  // namespace phasecast
