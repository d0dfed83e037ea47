#pragma once

#include <csignal>
#include <stop_token>
#include <thread>
#include <utility>

namespace phasecast {

/// While it lives, SIGINT and SIGTERM request a stop instead of ending the process; a second one ends the
/// process when this is gone. To be made before any other thread, so that none of them takes the signal.
class StopOnSignal {
 public:
  StopOnSignal();
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  sigset_t signals_;
  sigset_t blocked_before_;
  std::thread waiter_;
};

/// A file descriptor that becomes readable when stop is requested, for waiting on it together with sockets.
class StopDescriptor {
 public:
  explicit StopDescriptor(std::stop_token stop) : callback_(std::move(stop), Raise{event_.descriptor}) {}
  int get() const { return event_.descriptor; }

 private:
  struct Event {
    int descriptor;
    Event();
    ~Event();
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
  };
  struct Raise {
    int descriptor;
    void operator()() const;
  };
  Event event_;
  std::stop_callback<Raise> callback_;
};

}  // namespace phasecast
