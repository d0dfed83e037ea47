#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "pipeline/ledger.hpp"

namespace phasecast {

/// Publishes the status once per second, with what only the passing of time can tell: frames per second.
class StatusClock {
 public:
  using Publish = std::function<void(const Status&)>;

  StatusClock(Ledger& ledger, Publish publish);
  /// Publishes once more.
  ~StatusClock();

 private:
  void work(std::stop_token stop);
  void publish_now(double seconds_since_last);

  Ledger& ledger_;
  Publish publish_;
  std::uint64_t last_received_ = 0;
  std::mutex mutex_;
  std::condition_variable_any tick_;
  std::jthread thread_;
};

}  // namespace phasecast
