#include "pipeline/ledger.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace phasecast {

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
