#include "tests/torture/live_pipeline.hpp"

#include <cstdlib>
#include <stdexcept>

#include "pipeline/zmq_parts.hpp"

namespace phasecast::torture {
namespace {

constexpr int patience_ms = 60000;

}  // namespace

ScratchFolder::ScratchFolder() {
  const char* parent = std::getenv("PHASECAST_TORTURE_FOLDER");
  std::string name = std::string(parent ? parent : "/tmp") + "/phasecast-torture-XXXXXX";
  if (!mkdtemp(name.data())) throw std::runtime_error("cannot make a folder " + name);
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Ear::Ear(zmq::context_t& context, const std::string& maps_endpoint)
    : socket_(context, zmq::socket_type::sub) {
  socket_.set(zmq::sockopt::rcvhwm, 0);
  socket_.set(zmq::sockopt::rcvtimeo, patience_ms);
  socket_.set(zmq::sockopt::subscribe, std::string(topic::scan_start));
  socket_.set(zmq::sockopt::subscribe, std::string(topic::scan_end));
  socket_.set(zmq::sockopt::subscribe, std::string(topic::status));
  connect_or_throw(socket_, maps_endpoint, "maps");
  hear();  // a newcomer is greeted with the status: from here on nothing is missed
  socket_.set(zmq::sockopt::unsubscribe, std::string(topic::status));
}

void Ear::wait_for(const std::string& what, const std::string& scan_id, int times) {
  while (heard_[{what, scan_id}] < times) hear();
}

void Ear::hear() {
  zmq::message_t first;
  if (!socket_.recv(first)) throw std::runtime_error("the pipeline has said nothing for a minute");
  Parts parts;
  const auto add = [&](zmq::message_t&& part) {
    auto owner = std::make_shared<zmq::message_t>(std::move(part));
    const std::span bytes(owner->data<const std::byte>(), owner->size());
    parts.push_back({std::move(owner), bytes});
  };
  bool more = first.more();
  add(std::move(first));
  while (more) {
    zmq::message_t part;
    (void)socket_.recv(part);
    more = part.more();
    add(std::move(part));
  }
  const auto message = decode(parts);
  if (!message) throw std::runtime_error(message.error().text());
  if (const auto* start = std::get_if<ScanStart>(&*message)) ++heard_[{"start", start->scan_id}];
  if (const auto* end = std::get_if<ScanEnd>(&*message)) ++heard_[{"end", end->scan_id}];
}

Mouth::Mouth(zmq::context_t& context, const std::string& frames_endpoint)
    : socket_(context, zmq::socket_type::push) {
  socket_.set(zmq::sockopt::linger, 0);
  connect_or_throw(socket_, frames_endpoint, "frames");
}

void Mouth::send(const Parts& parts) {
  zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLOUT, 0};
  if (zmq::poll(&item, 1, std::chrono::milliseconds(patience_ms)) == 0)
    throw std::runtime_error("the pipeline has taken no message for a minute");
  send_parts(socket_, parts);
}

RunConfig local_run_config(const std::filesystem::path& folder) {
  RunConfig config;
  config.frames_endpoint = "ipc://" + (folder / "frames").string();
  config.maps_endpoint = "ipc://" + (folder / "maps").string();
  config.control_endpoint = "ipc://" + (folder / "control").string();
  config.output = folder / "data";
  return config;
}

}  // namespace phasecast::torture
