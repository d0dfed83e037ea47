#include "tools/progress.hpp"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace phasecast {

std::string progress_line(const std::string& label, std::uint64_t done, std::uint64_t total) {
  constexpr std::uint64_t width = 30;
  const std::uint64_t filled = total == 0 ? width : width * done / total;
  const std::uint64_t percent = total == 0 ? 100 : 100 * done / total;
  return fmt::format("{} [{}{}] {:3} % {}/{}", label, std::string(filled, '#'),
                     std::string(width - filled, '.'), percent, done, total);
}

Progress::Progress(std::string label, std::uint64_t total)
    : label_(std::move(label)), total_(total), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (terminal_) std::fputs("\r\033[K", stderr);
}

void Progress::advance() {
  using namespace std::chrono_literals;
  ++done_;
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now < next_draw_) return;
  next_draw_ = now + 100ms;
  fmt::print(stderr, "\r\033[K{}", progress_line(label_, done_, total_));
}

}  // namespace phasecast
