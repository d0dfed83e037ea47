#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "messages/wire/codec.hpp"
#include "tools/view/answers.hpp"

namespace phasecast {

/// The web server and its threads, from construction to destruction. Each browser is served at its own pace;
/// none can hold up another, or the caller.
class WebServer {
 public:
  /// Port 0 takes any free one. Throws std::runtime_error if it cannot listen there.
  WebServer(const std::string& address, std::uint16_t port, const Answers& answers);
  ~WebServer();

  std::uint16_t port() const;
  /// Any thread, at once.
  void publish(Parts parts);
  void tell_link(std::string json);

 private:
  struct Threads;
  std::unique_ptr<Threads> threads_;
};

/// Whether only this machine can reach the address.
bool is_loopback(const std::string& address);

}  // namespace phasecast
