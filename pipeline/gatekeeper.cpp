#include "pipeline/gatekeeper.hpp"

#include <spdlog/spdlog.h>

#include <array>

#include "pipeline/socket_monitor.hpp"

namespace phasecast {
namespace {

using namespace std::string_literals;

constexpr const char* zap_endpoint = "inproc://zeromq.zap.01";  // fixed by libzmq (RFC 27)
constexpr const char* wake_endpoint = "inproc://gatekeeper-wake";
constexpr int watched_events = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                               handshake_failures | ZMQ_EVENT_MONITOR_STOPPED;
constexpr int handshake_limit_ms = 10'000;
/// Of the kernel's memory, for what a client has not taken yet. Left to itself the kernel gives 4 MiB to each
/// client that never reads.
constexpr int unsent_bytes = 512 << 10;
constexpr int retransmit_limit_ms = 60'000;
constexpr std::size_t most_told = 256;  // who tries again and again must not fill the log, nor the memory

/// A peer whose machine is gone is noticed by the kernel. ZeroMQ's own heartbeats would also drop a detector
/// that is only held back, and with it what it has sent: see decision 0010.
void notice_dead_peers(zmq::socket_t& socket) {
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::tcp_keepalive_idle, 30);   // s
  socket.set(zmq::sockopt::tcp_keepalive_intvl, 10);  // s
  socket.set(zmq::sockopt::tcp_keepalive_cnt, 3);
  socket.set(zmq::sockopt::tcp_maxrt, retransmit_limit_ms);
}

void require_keys(zmq::socket_t& socket, const Certificate& server, const std::string& domain) {
  socket.set(zmq::sockopt::curve_server, true);
  socket.set(zmq::sockopt::curve_secretkey, server.secret_key);
  socket.set(zmq::sockopt::zap_domain, domain);
}

std::vector<Role> roles_let_in(const std::string& socket) {
  if (socket == "frames") return {Role::source};
  if (socket == "maps") return {Role::viewer};
  if (socket == "control") return {Role::control, Role::viewer};
  return {};
}

std::string z85(const zmq::message_t& key) {
  std::array<char, 41> text{};
  if (key.size() != 32 || !zmq_z85_encode(text.data(), key.data<std::uint8_t>(), key.size())) return "";
  return text.data();
}

std::string reason_of(const SocketEvent& event) {
  if (event.kind == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) return "its key is not let in here";
  if (event.kind == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL) return "it left before the handshake was done";
  switch (event.value) {
    case ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH:
      return "it and this socket do not agree on keys: one has some, the other has not";
    case ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC:
      return "it has another server key than this server's";
    default:
      return "it broke the protocol (" + std::to_string(event.value) + ")";
  }
}

}  // namespace

bool may_command(std::string_view user) {
  return user.empty() || user.starts_with("control:");
}

Gatekeeper::Gatekeeper(zmq::context_t& context, std::optional<KeyFolder> keys, std::string own_viewer,
                       Ledger& ledger)
    : context_(context),
      keys_(std::move(keys)),
      own_viewer_(std::move(own_viewer)),
      ledger_(ledger),
      zap_(context, zmq::socket_type::rep),
      wake_receiver_(context, zmq::socket_type::pull),
      wake_sender_(context, zmq::socket_type::push) {
  zap_.set(zmq::sockopt::linger, 0);
  zap_.bind(zap_endpoint);
  wake_receiver_.bind(wake_endpoint);
  wake_sender_.connect(wake_endpoint);
  thread_ = std::jthread([this] { work(); });
}

Gatekeeper::~Gatekeeper() {
  {
    std::lock_guard lock(mutex_);
    wake_sender_.send(zmq::str_buffer("end"), zmq::send_flags::none);
  }
  thread_.join();
}

SocketGuard Gatekeeper::guard(const std::string& name, std::int64_t largest_part) {
  return [this, name, largest_part](zmq::socket_t& socket) {
    socket.set(zmq::sockopt::maxmsgsize, largest_part);
    socket.set(zmq::sockopt::handshake_ivl, handshake_limit_ms);
    socket.set(zmq::sockopt::sndbuf, unsent_bytes);
    notice_dead_peers(socket);
    if (keys_) require_keys(socket, keys_->server(), name);
    std::lock_guard lock(mutex_);
    ++open_doors_[name];
    new_doors_.push_back({name, monitor(context_, socket, watched_events), {}, 0, true});
    wake_sender_.send(zmq::message_t(), zmq::send_flags::none);
  };
}

std::optional<std::string> Gatekeeper::admitted(const std::string& socket,
                                                std::string_view public_key) const {
  if (!keys_ || public_key.empty()) return std::nullopt;
  for (const Role role : roles_let_in(socket)) {
    auto name = keys_->holder(role, public_key);
    if (role == Role::viewer && public_key == own_viewer_) name = "this run's own";
    if (!name) continue;
    const std::string user = std::string(name_of(role)) + ":" + *name;
    std::lock_guard lock(mutex_);
    if (!banned_.contains(user)) return user;
  }
  return std::nullopt;
}

void Gatekeeper::wait_until_closed(const std::string& name) {
  std::unique_lock lock(mutex_);
  door_closed_.wait(lock, [&] { return open_doors_[name] == 0; });
}

void Gatekeeper::ban(const std::string& user) {
  std::lock_guard lock(mutex_);
  if (!user.empty()) banned_.insert(user);
}

void Gatekeeper::work() {
  bool ending = false;
  while (!ending || !doors_.empty()) {
    std::vector<zmq::pollitem_t> items{{wake_receiver_.handle(), 0, ZMQ_POLLIN, 0},
                                       {zap_.handle(), 0, ZMQ_POLLIN, 0}};
    for (Door& door : doors_) items.push_back({door.events.handle(), 0, ZMQ_POLLIN, 0});
    zmq::poll(items);
    if (items[1].revents != 0) answer_zap();
    for (Door& door : doors_) take_events(door);
    std::erase_if(doors_, [](const Door& door) { return !door.open; });
    zmq::message_t signal;
    if (items[0].revents == 0 || !wake_receiver_.recv(signal, zmq::recv_flags::dontwait)) continue;
    take_new_doors();
    ending = ending || signal.size() > 0;
  }
}

void Gatekeeper::take_new_doors() {
  std::lock_guard lock(mutex_);
  for (Door& door : new_doors_) doors_.push_back(std::move(door));
  new_doors_.clear();
}

/// Version, request id, domain, address, routing id, mechanism, credentials; and back: version, request id,
/// status, text, user, metadata (RFC 27).
void Gatekeeper::answer_zap() {
  std::vector<zmq::message_t> request(1);
  (void)zap_.recv(request[0]);
  while (request.back().more()) (void)zap_.recv(request.emplace_back());
  const bool complete = request.size() == 7 && request[5].to_string_view() == "CURVE";
  const std::string key = complete ? z85(request[6]) : "";
  std::optional<std::string> user;
  if (complete) {
    const std::string socket = request[2].to_string();
    try {
      user = admitted(socket, key);
    } catch (const std::exception& e) {  // a file that cannot be read lets nobody in
      tell_once(spdlog::level::err, e.what());
    }
    const std::string who = " socket=" + socket + " address=" + request[3].to_string() + " key=" + key;
    if (user)
      tell_once(spdlog::level::info, "admitted " + *user + who);
    else
      tell_once(spdlog::level::warn, "refused" + who);
  }
  const std::string id = request.size() > 1 ? request[1].to_string() : "";
  const std::array answer{"1.0"s, id, user ? "200"s : "400"s, user ? "OK"s : "not let in"s, user.value_or(""),
                          ""s};
  for (std::size_t k = 0; k < answer.size(); ++k)
    zap_.send(zmq::buffer(answer[k]),
              k + 1 < answer.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
}

/// A stranger that speaks no ZMTP at all is dropped without an event of its own: its connection ends and no
/// handshake was heard of since it began.
void Gatekeeper::take_events(Door& door) {
  while (const auto event = try_receive_event(door.events)) {
    if (event->kind == ZMQ_EVENT_MONITOR_STOPPED) {
      door.open = false;
      std::lock_guard lock(mutex_);
      --open_doors_[door.name];
      door_closed_.notify_all();
      return;
    }
    if (event->kind == ZMQ_EVENT_ACCEPTED) {
      door.handshakes_before[event->value] = door.handshakes;
    } else if (event->kind == ZMQ_EVENT_DISCONNECTED) {
      const auto connection = door.handshakes_before.extract(event->value);
      if (connection && connection.mapped() == door.handshakes) refuse(door.name, "it does not speak ZeroMQ");
    } else {
      ++door.handshakes;
      if (event->kind != ZMQ_EVENT_HANDSHAKE_SUCCEEDED) refuse(door.name, reason_of(*event));
    }
  }
}

void Gatekeeper::refuse(const std::string& socket, const std::string& reason) {
  ledger_.refuse(socket);
  tell_once(spdlog::level::warn, "refused socket=" + socket + ": " + reason);
}

void Gatekeeper::tell_once(spdlog::level::level_enum level, const std::string& text) {
  if (told_.size() > most_told || !told_.insert(text).second) return;
  if (told_.size() > most_told)
    spdlog::warn("access: so many come that from here on they are counted only");
  else
    spdlog::log(level, "{}", text);
}

}  // namespace phasecast
