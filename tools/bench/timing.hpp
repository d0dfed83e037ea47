#pragma once

#include <tbb/global_control.h>

#include <algorithm>
#include <chrono>
#include <limits>

namespace phasecast {

using BenchClock = std::chrono::steady_clock;

template <class Work>
double seconds_of(const Work& work) {
  const auto start = BenchClock::now();
  work();
  return std::chrono::duration<double>(BenchClock::now() - start).count();
}

/// Slow work is not repeated once this has been spent on it.
inline constexpr double enough_seconds = 2;

struct Seconds {
  double ours, reference;
};

/// The least of several repetitions, in turn, so that what disturbs the machine for a while disturbs both.
template <class Ours, class Reference>
Seconds least_seconds_of_both(int repetitions, const Ours& ours, const Reference& reference) {
  constexpr double none = std::numeric_limits<double>::infinity();
  Seconds least{none, none};
  const auto start = BenchClock::now();
  for (int k = 0; k < repetitions; ++k) {
    least.ours = std::min(least.ours, seconds_of(ours));
    least.reference = std::min(least.reference, seconds_of(reference));
    if (std::chrono::duration<double>(BenchClock::now() - start).count() > enough_seconds) break;
  }
  return least;
}

template <class Work>
double least_seconds(int repetitions, const Work& work) {
  return least_seconds_of_both(repetitions, work, [] {}).ours;
}

/// While it lives, parallel loops use at most so many threads.
class ThreadLimit {
 public:
  explicit ThreadLimit(int threads)
      : limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)) {}

 private:
  tbb::global_control limit_;
};

}  // namespace phasecast
