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
  // The first changes shrink faster than those to come: the newer half alone tells.
  const std::size_t window = std::min(count_ / 4, longest_window);
  if (window < shortest_window) return std::numeric_limits<double>::infinity();
  double older = 0, newer = 0;
  for (std::size_t age = 0; age < 2 * window; ++age) {
    const double change = changes_[(count_ - 1 - age) % changes_.size()];
    (age < window ? newer : older) += change * change;
  }
  if (newer == 0) return 0;
  const double passes = static_cast<double>(window);
  const double rate = older > 0 ? std::pow(newer / older, 0.5 / passes) : slowest_rate;
  const double bounded = std::min(rate, slowest_rate);
  return std::sqrt(newer / passes) * bounded / (1 - bounded);
}

}  // namespace phasecast
