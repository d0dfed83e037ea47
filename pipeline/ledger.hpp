#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "messages/result.hpp"
#include "messages/status.hpp"

namespace phasecast {

/// The pipeline's books: every counter, queue depth and sticky error, written by all threads, read by the
/// status.
class Ledger {
 public:
  void count(std::uint64_t Counters::*counter, std::uint64_t n = 1) {
    std::lock_guard lock(mutex_);
    status_.counters.*counter += n;
  }
  void reject(const std::string& cause) {
    std::lock_guard lock(mutex_);
    ++status_.counters.rejected[cause];
  }
  /// Also logged, as far as that fills no disk: 20 lines a minute and cause, then they are counted only.
  void reject(const Error& error,
              std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now());
  /// A connection that was not let in, at this socket.
  void refuse(const std::string& socket) {
    std::lock_guard lock(mutex_);
    ++status_.counters.refused[socket];
  }
  void depth(const std::string& branch, std::uint64_t value) {
    std::lock_guard lock(mutex_);
    status_.queue_depths[branch] = value;
  }
  /// Sticky, each text once; also logged.
  void error(const std::string& text);
  /// What a sticky error has become.
  void amend_error(const std::string& text, const std::string& amended);
  void note(const std::string& text) {
    std::lock_guard lock(mutex_);
    status_.note = text;
  }
  /// Any other change of the status, e.g. `ledger.update([&](Status& s) { s.scan_id = id; })`.
  template <class Change>
  void update(const Change& change) {
    std::lock_guard lock(mutex_);
    change(status_);
  }
  Status snapshot() const {
    std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  struct Told {
    std::chrono::steady_clock::time_point since;
    std::uint64_t rejected = 0;
  };

  mutable std::mutex mutex_;
  Status status_;
  std::map<std::string, Told> told_;  // of rejections, by cause: in the minute that began then
};

}  // namespace phasecast
