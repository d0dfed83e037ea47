#include "stages/convergence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace phasecast {
namespace {

/// Slower decay than this cannot be told from none within the window.
constexpr double slowest_rate = 0.995;

}  // namespace

void Convergence::add(double map_change) {
  changes_[count_++ % changes_.size()] = map_change;
}

double Convergence::distance() const {
  if (count_ < changes_.size()) return std::numeric_limits<double>::infinity();
  double older = 0, newer = 0;
  for (std::size_t k = 0; k < changes_.size(); ++k) {
    const double change = changes_[(count_ + k) % changes_.size()];
    (k < window ? older : newer) += change * change;
  }
  if (newer == 0) return 0;
  const double rate = older > 0 ? std::pow(newer / older, 0.5 / window) : slowest_rate;
  const double bounded = std::min(rate, slowest_rate);
  return std::sqrt(newer / window) * bounded / (1 - bounded);
}

}  // namespace phasecast
