#pragma once

#include <deque>
#include <mutex>

namespace phasecast {

/// Median and 95th percentile of the last final maps' latencies.
class Latency {
 public:
  void add(double ms);
  struct Percentiles {
    double p50_ms, p95_ms;
  };
  /// NaN before the first.
  Percentiles percentiles() const;

 private:
  mutable std::mutex mutex_;
  std::deque<double> last_ms_;
};

}  // namespace phasecast
