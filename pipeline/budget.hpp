#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "pipeline/events.hpp"

namespace phasecast {

/// Bounds the bytes of frames between the socket and the end of every branch. When it is spent, the source
/// thread waits, ZeroMQ's queues fill, and the detector's PUSH socket blocks: back-pressure, never loss.
class Budget {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Budget(std::size_t bytes) : state_(std::make_shared<State>()), limit_(bytes) {}

  /// True when there is room; false when the deadline passed or a stop was asked for first.
  bool wait_for_room(std::stop_token stop, std::optional<Clock::time_point> deadline) {
    std::unique_lock lock(state_->mutex);
    const auto room = [&] { return state_->used < limit_; };
    if (deadline) return state_->freed.wait_until(lock, stop, *deadline, room);
    return state_->freed.wait(lock, stop, room);
  }

  /// Takes a share even if that overdraws the budget: the frame is already here.
  Ticket take(std::size_t bytes) {
    {
      std::lock_guard lock(state_->mutex);
      state_->used += bytes;
    }
    return Ticket(nullptr, [state = state_, bytes](void*) {
      {
        std::lock_guard lock(state->mutex);
        state->used -= bytes;
      }
      state->freed.notify_all();
    });
  }

  std::size_t used() const {
    std::lock_guard lock(state_->mutex);
    return state_->used;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable_any freed;
    std::size_t used = 0;
  };
  std::shared_ptr<State> state_;
  std::size_t limit_;
};

}  // namespace phasecast
