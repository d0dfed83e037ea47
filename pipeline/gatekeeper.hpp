#pragma once

#include <spdlog/common.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "pipeline/key_folder.hpp"
#include "pipeline/ledger.hpp"

namespace phasecast {

/// Makes a socket ready for those who will connect: called before it is bound.
using SocketGuard = std::function<void(zmq::socket_t&)>;

/// Whether the sender of a control request, as the gatekeeper names it, may abort and stop. Without keys
/// everyone who reaches the socket may.
bool may_command(std::string_view user);

/// Decides who may connect, and counts in `Counters::refused` who was not let in. With keys every socket
/// speaks CURVE and libzmq asks here (ZAP) about each client that proved to hold its key; who does not even
/// come that far is known from the socket's events. It has a thread, which ends when the guarded sockets are
/// closed.
class Gatekeeper {
 public:
  /// Without a folder everyone may connect. `own_viewer` is one more public key that may view; empty: none.
  Gatekeeper(zmq::context_t& context, std::optional<KeyFolder> keys, std::string own_viewer, Ledger& ledger);
  /// Waits until the guarded sockets have left their last messages: they must be closed before.
  ~Gatekeeper();

  /// The guard of the socket with this name, "frames", "maps" or "control", for messages of so many bytes at
  /// most in each part.
  SocketGuard guard(const std::string& name, std::int64_t largest_part);
  /// Until every socket guarded by this name is gone, its address free again.
  void wait_until_closed(const std::string& name);
  /// Lets nobody of this name ("role:name") in again; who has no name cannot be told from others.
  void ban(const std::string& user);
  /// The name of the client whose key is let in there, as "role:name"; nothing for anybody else.
  std::optional<std::string> admitted(const std::string& socket, std::string_view public_key) const;

 private:
  struct Door {
    std::string name;
    zmq::socket_t events;
    std::map<std::uint32_t, std::uint64_t> handshakes_before;  // by connection
    std::uint64_t handshakes = 0;
    bool open = true;
  };

  void work();
  void take_new_doors();
  void answer_zap();
  void take_events(Door& door);
  void refuse(const std::string& socket, const std::string& reason);
  void tell_once(spdlog::level::level_enum level, const std::string& text);

  zmq::context_t& context_;
  const std::optional<KeyFolder> keys_;
  const std::string own_viewer_;
  Ledger& ledger_;
  zmq::socket_t zap_, wake_receiver_, wake_sender_;
  mutable std::mutex mutex_;  // guards wake_sender_ and what follows
  std::vector<Door> new_doors_;
  std::map<std::string, int> open_doors_;
  std::condition_variable door_closed_;
  std::set<std::string> banned_;
  std::vector<Door> doors_;  // of the thread, as is told_
  std::set<std::string> told_;
  std::jthread thread_;
};

}  // namespace phasecast
