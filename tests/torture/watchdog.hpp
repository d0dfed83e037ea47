#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace phasecast::torture {

/// Ends the program with what every thread is doing if nothing was begun for too long.
class Watchdog {
 public:
  explicit Watchdog(std::chrono::seconds patience);
  ~Watchdog();

  /// "cycle 17, seed 18: stop"
  void begin(const std::string& doing);

 private:
  void watch();

  std::chrono::seconds patience_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string doing_;
  std::uint64_t begun_ = 0;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace phasecast::torture
