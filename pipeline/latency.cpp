#include "pipeline/latency.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace phasecast {
namespace {

constexpr std::size_t most_kept = 1000;

/// Nearest-rank percentile of sorted values.
double percentile(const std::vector<double>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

void Latency::add(double ms) {
  std::lock_guard lock(mutex_);
  last_ms_.push_back(ms);
  if (last_ms_.size() > most_kept) last_ms_.pop_front();
}

Latency::Percentiles Latency::percentiles() const {
  std::vector<double> sorted;
  {
    std::lock_guard lock(mutex_);
    sorted.assign(last_ms_.begin(), last_ms_.end());
  }
  if (sorted.empty())
    return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  std::sort(sorted.begin(), sorted.end());
  return {percentile(sorted, 0.5), percentile(sorted, 0.95)};
}

}  // namespace phasecast
