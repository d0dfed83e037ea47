#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace phasecast {

/// A line on stderr that fills up, drawn only if stderr is a terminal; wiped when done.
class Progress {
 public:
  Progress(std::string label, std::uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance();

 private:
  std::string label_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  bool terminal_;
  std::chrono::steady_clock::time_point next_draw_{};
};

/// "label [#####.....]  50 % 60/120"
std::string progress_line(const std::string& label, std::uint64_t done, std::uint64_t total);

}  // namespace phasecast
