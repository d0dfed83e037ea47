#include "stages/lcf.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "stages/parallel.hpp"
#include "stages/symmetric.hpp"

namespace phasecast {

namespace {

constexpr std::size_t chunk_pixels = 64;
using Chunk = std::array<double, chunk_pixels>;

/// The minimum of ½ zᵀGz − bᵀz over z that is 0 outside these states (and Σz = 1, if asked for):
/// z = M b + c, and its value is ½ (offset − (c + z)ᵀb).
struct Support {
  std::vector<std::size_t> states;
  Eigen::MatrixXd m;
  Eigen::VectorXd c;
  double offset = 0;
};

Support make_support(const Eigen::MatrixXd& gram, unsigned bits, LcfConstraint constraint) {
  Support support;
  for (unsigned l = 0; l < gram.rows(); ++l)
    if (bits >> l & 1u) support.states.push_back(l);
  support.m = invert(gram(support.states, support.states)).matrix;
  const auto size = support.m.rows();
  support.c = Eigen::VectorXd::Zero(size);
  if (constraint == LcfConstraint::non_negative) return support;
  const Eigen::VectorXd sums = support.m.rowwise().sum();
  support.offset = 1 / sums.sum();
  support.c = sums * support.offset;
  support.m -= support.c * sums.transpose();
  return support;
}

std::vector<Support> all_supports(const Eigen::MatrixXd& gram, LcfConstraint constraint) {
  std::vector<Support> supports;
  for (unsigned bits = 1; bits < 1u << gram.rows(); ++bits)
    supports.push_back(make_support(gram, bits, constraint));
  return supports;
}

/// The constrained minimum per pixel: the least of the supports' minima that are nowhere negative; 0 where
/// nothing is less than `limit`. Every pixel goes through the same arithmetic on arrays of fixed length, so
/// that it vectorizes.
std::array<Chunk, most_states> least_minimum(const std::vector<Support>& supports,
                                             const std::array<Chunk, most_states>& b, std::size_t states,
                                             double limit) {
  std::array<Chunk, most_states> best{}, z;
  Chunk best_value;
  best_value.fill(limit);
  for (const Support& support : supports) {
    Chunk lowest{}, value;
    value.fill(support.offset);
    for (std::size_t l = 0; l < states; ++l) z[l].fill(0);
    for (std::size_t i = 0; i < support.states.size(); ++i) {
      const double c = support.c(static_cast<Eigen::Index>(i));
      const Chunk& bi = b[support.states[i]];
      Chunk& zi = z[support.states[i]];
      zi.fill(c);
      for (std::size_t j = 0; j < support.states.size(); ++j) {
        const double m = support.m(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
        const Chunk& bj = b[support.states[j]];
        for (std::size_t k = 0; k < chunk_pixels; ++k) zi[k] += m * bj[k];
      }
      for (std::size_t k = 0; k < chunk_pixels; ++k) {
        lowest[k] = zi[k] < lowest[k] ? zi[k] : lowest[k];
        value[k] -= (c + zi[k]) * bi[k];
      }
    }
    // The value of no minimum, where something is negative.
    for (std::size_t k = 0; k < chunk_pixels; ++k)
      value[k] = lowest[k] < 0 ? std::numeric_limits<double>::infinity() : value[k];
    for (std::size_t l = 0; l < states; ++l)
      for (std::size_t k = 0; k < chunk_pixels; ++k)
        best[l][k] = value[k] < best_value[k] ? z[l][k] : best[l][k];
    for (std::size_t k = 0; k < chunk_pixels; ++k)
      best_value[k] = value[k] < best_value[k] ? value[k] : best_value[k];
  }
  return best;
}

}  // namespace

LcfResult lcf(const NormalEquations& equations, LcfConstraint constraint, LcfResult used) {
  if (equations.states > most_states)
    throw std::invalid_argument("linear combination fitting is exact for up to " +
                                std::to_string(most_states) + " states, not " +
                                std::to_string(equations.states));
  const bool sum_to_one = constraint == LcfConstraint::non_negative_sum_to_one;
  const auto supports = all_supports(equations.gram, constraint);
  // Without the sum to one z = 0 is allowed, and has the value 0.
  const double limit = sum_to_one ? std::numeric_limits<double>::infinity() : 0;
  const std::size_t pixels = equations.shape.pixels();
  const auto states = static_cast<std::size_t>(equations.states);
  LcfResult result = std::move(used);
  result.fraction.resize(states * pixels);
  result.scale.resize(pixels);

  const auto solve_chunk = [&](std::size_t begin, std::size_t n) {
    std::array<Chunk, most_states> b{};
    for (std::size_t l = 0; l < states; ++l)
      std::copy_n(equations.projection.data() + l * pixels + begin, n, b[l].begin());
    const auto z = least_minimum(supports, b, states, limit);
    Chunk scale{};
    for (std::size_t l = 0; l < states; ++l)
      for (std::size_t k = 0; k < chunk_pixels; ++k) scale[k] += z[l][k];
    for (std::size_t k = 0; k < n; ++k)
      if (equations.unusable[begin + k]) scale[k] = 0;
    for (std::size_t l = 0; l < states; ++l)
      for (std::size_t k = 0; k < n; ++k)
        result.fraction[l * pixels + begin + k] =
            scale[k] > 0 ? z[l][k] / scale[k] : 1 / static_cast<double>(states);
    for (std::size_t k = 0; k < n; ++k) result.scale[begin + k] = sum_to_one && scale[k] > 0 ? 1 : scale[k];
  };
  for_blocks(pixels, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; k += chunk_pixels) solve_chunk(k, std::min(chunk_pixels, end - k));
  });
  return result;
}

}  // namespace phasecast
