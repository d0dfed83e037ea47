#pragma once

#include <array>
#include <cstddef>

namespace phasecast {

/// Estimates how far an iteration's map still is from its limit, from how fast its changes decay: if they
/// shrink by a factor r per iteration, what is left of them adds up to change · r / (1 − r).
class Convergence {
 public:
  void reset() { count_ = 0; }
  /// RMS change of the fractions in the last iteration.
  void add(double map_change);
  /// Estimated RMS distance of the fractions to their limit; infinite until eight changes are known.
  double distance() const;

 private:
  static constexpr std::size_t shortest_window = 2, longest_window = 8;  // of changes, older and newer
  std::array<double, 2 * longest_window> changes_{};
  std::size_t count_ = 0;
};

}  // namespace phasecast
