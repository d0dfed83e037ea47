#include "pipeline/ledger.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace phasecast {
namespace {

constexpr std::chrono::minutes telling_time{1};
constexpr std::uint64_t told_each_time = 20;

}  // namespace

void Ledger::reject(const Error& error, std::chrono::steady_clock::time_point now) {
  std::uint64_t this_time = 0, untold = 0;
  {
    std::lock_guard lock(mutex_);
    ++status_.counters.rejected[error.cause];
    Told& told = told_[error.cause];
    if (now - told.since >= telling_time) {
      if (told.rejected > told_each_time) untold = told.rejected - told_each_time;
      told = {now, 0};
    }
    this_time = ++told.rejected;
  }
  if (untold > 0) spdlog::warn("{} more were rejected as [{}], not told one by one", untold, error.cause);
  if (this_time <= told_each_time) spdlog::warn("{}", error.text());
  if (this_time == told_each_time)
    spdlog::warn("more of [{}] within this minute are counted only", error.cause);
}

void Ledger::error(const std::string& text) {
  {
    std::lock_guard lock(mutex_);
    if (std::find(status_.errors.begin(), status_.errors.end(), text) != status_.errors.end()) return;
    // A fault that repeats with ever new words must not fill the memory.
    constexpr std::size_t most_errors = 100;
    if (status_.errors.size() >= most_errors) return;
    status_.errors.push_back(text);
  }
  spdlog::error("{}", text);
}

void Ledger::amend_error(const std::string& text, const std::string& amended) {
  {
    std::lock_guard lock(mutex_);
    std::replace(status_.errors.begin(), status_.errors.end(), text, amended);
  }
  spdlog::info("{}", amended);
}

}  // namespace phasecast
