#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <numbers>
#include <span>

namespace phasecast {

/// Random numbers that follow from a key alone, so that any frame or texture can be made on its own.
/// SplitMix64 (Steele, Lea and Flood 2014): a counter and a mixer.
class Random {
 public:
  explicit Random(std::initializer_list<std::uint64_t> key) {
    for (const std::uint64_t part : key) counter_ = mix(counter_ + step + part);
  }

  std::uint64_t bits() { return mix(counter_ += step); }
  /// [0, 1)
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(uniform() * static_cast<double>(n)); }

  /// Standard normal numbers, independent (Box and Muller); none beyond 6.7.
  void fill_normal(std::span<float> values) {
    for (std::size_t i = 0; i < values.size(); i += 2) {
      const std::uint64_t word = bits();
      const float radius = std::sqrt(-2.0F * std::log((static_cast<float>(word >> 32) + 1.0F) * 0x1p-32F));
      const float angle = 2.0F * std::numbers::pi_v<float> * 0x1p-32F * static_cast<float>(word & 0xffffffff);
      values[i] = radius * std::cos(angle);
      if (i + 1 < values.size()) values[i + 1] = radius * std::sin(angle);
    }
  }

 private:
  static constexpr std::uint64_t step = 0x9e3779b97f4a7c15;
  static constexpr std::uint64_t mix(std::uint64_t v) {
    v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9;
    v = (v ^ (v >> 27)) * 0x94d049bb133111eb;
    return v ^ (v >> 31);
  }

  std::uint64_t counter_ = 0;
};

}  // namespace phasecast
