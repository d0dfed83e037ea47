#include "pipeline/status_clock.hpp"

#include <chrono>

#include "messages/units.hpp"

namespace phasecast {
namespace {

constexpr std::chrono::seconds interval{1};

}  // namespace

StatusClock::StatusClock(Ledger& ledger, Publish publish)
    : ledger_(ledger), publish_(std::move(publish)), thread_([this](std::stop_token stop) { work(stop); }) {}

StatusClock::~StatusClock() {
  thread_.request_stop();
  thread_.join();
}

void StatusClock::work(std::stop_token stop) {
  using Clock = std::chrono::steady_clock;
  auto last = Clock::now();
  auto next = last + interval;
  publish_now(0);
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      tick_.wait_until(lock, stop, next, [] { return false; });
    }
    const auto now = Clock::now();
    publish_now(std::chrono::duration<double>(now - last).count());
    last = now;
    next += interval;
  }
}

void StatusClock::publish_now(double seconds_since_last) {
  Status status = ledger_.snapshot();
  status.frames_per_second =
      seconds_since_last > 0
          ? static_cast<double>(status.counters.received - last_received_) / seconds_since_last
          : 0;
  last_received_ = status.counters.received;
  const auto depth = status.queue_depths.find("record");
  status.recorder_lag_frames = depth == status.queue_depths.end() ? 0 : depth->second;
  status.published_utc_ns = utc_now_ns();
  publish_(status);
}

}  // namespace phasecast
