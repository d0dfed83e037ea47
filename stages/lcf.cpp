#include "stages/lcf.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "stages/parallel.hpp"
#include "stages/simd.hpp"
#include "stages/symmetric.hpp"
#include "stages/unrolled.hpp"

namespace phasecast {

namespace {

constexpr std::size_t chunk_pixels = simd::lanes / 2;  // a register of them
using Chunk = simd::Vector<double, chunk_pixels>;
using Chunks = std::array<Chunk, most_states>;

using StateMatrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor, most_states, most_states>;
using StateVector = Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, most_states, 1>;

/// The minimum of ½ zᵀGz − bᵀz over z that is 0 outside these states (and Σz = 1, if asked for):
/// z = M b + c, and its value is ½ (offset − (c + z)ᵀb).
struct Support {
  std::vector<std::size_t> states, others;
  StateMatrix m;
  StateVector c;
  double offset = 0;
};

/// The inverse of gram(states, states), from that without the last of the states by bordering; an
/// eigendecomposition where the last is nearly a mixture of the others.
StateMatrix inverse_of(const Eigen::MatrixXd& gram, const std::vector<std::size_t>& states,
                       const StateMatrix& without_last) {
  constexpr double clearly_apart = 1e-6;
  const auto rest = static_cast<Eigen::Index>(states.size()) - 1;
  const auto last = static_cast<Eigen::Index>(states.back());
  StateVector mixture(rest), products(rest);
  for (Eigen::Index i = 0; i < rest; ++i) products(i) = gram(static_cast<Eigen::Index>(states[i]), last);
  mixture.noalias() = without_last * products;  // of the others, that comes nearest to the last
  const double apart = gram(last, last) - products.dot(mixture);
  if (!(apart > clearly_apart * gram(last, last))) return invert(gram(states, states)).matrix;
  StateMatrix inverse(rest + 1, rest + 1);
  inverse.topLeftCorner(rest, rest) = without_last + mixture * mixture.transpose() / apart;
  inverse.topRightCorner(rest, 1) = -mixture / apart;
  inverse.bottomLeftCorner(1, rest) = -mixture.transpose() / apart;
  inverse(rest, rest) = 1 / apart;
  return inverse;
}

/// With a sum of one, from a minimum without.
void add_sum_to_one(Support& support) {
  const StateVector sums = support.m.rowwise().sum();
  support.offset = 1 / sums.sum();
  support.c = sums * support.offset;
  support.m -= support.c * sums.transpose();
}

std::vector<Support> all_supports(const Eigen::MatrixXd& gram, LcfConstraint constraint) {
  const auto states = static_cast<unsigned>(gram.rows());
  std::vector<Support> supports(std::size_t{1} << states);  // by the states' bits, the empty one first
  for (unsigned bits = 1; bits < supports.size(); ++bits) {
    Support& support = supports[bits];
    for (unsigned l = 0; l < states; ++l) (bits >> l & 1u ? support.states : support.others).push_back(l);
    support.m = inverse_of(gram, support.states, supports[bits ^ std::bit_floor(bits)].m);
    support.c = StateVector::Zero(support.m.rows());
  }
  supports.erase(supports.begin());
  if (constraint == LcfConstraint::non_negative_sum_to_one)
    for (Support& support : supports) add_sum_to_one(support);
  return supports;
}

/// Of the supports so far: the least minimum that is nowhere negative.
struct Least {
  Chunks z{};
  Chunk value;
};

template <std::size_t Count>
void compare(const Support& support, const Chunks& b, Least& least) {
  constexpr double none = std::numeric_limits<double>::infinity();  // value where there is no such minimum
  std::array<Chunk, Count> z;
  Chunk lowest{};
  auto value = simd::filled<Chunk>(support.offset);
  for (std::size_t i = 0; i < Count; ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    const double c = support.c(row);
    z[i] = simd::filled<Chunk>(c);
    for (std::size_t j = 0; j < Count; ++j)
      z[i] += support.m(row, static_cast<Eigen::Index>(j)) * b[support.states[j]];
    lowest = simd::lesser<Chunk>(z[i], lowest);
    value -= (c + z[i]) * b[support.states[i]];
  }
  value = lowest < 0 ? simd::filled<Chunk>(none) : value;
  const auto better = value < least.value;
  for (const std::size_t l : support.others) least.z[l] = better ? Chunk{} : least.z[l];
  for (std::size_t i = 0; i < Count; ++i)
    least.z[support.states[i]] = better ? z[i] : least.z[support.states[i]];
  least.value = better ? value : least.value;
}

/// The constrained minimum per pixel: the least of the supports' minima that are nowhere negative; 0 where
/// nothing is less than `limit`. Every pixel goes through the same arithmetic.
Chunks least_minimum(const std::vector<Support>& supports, const Chunks& b, double limit) {
  Least least{.value = simd::filled<Chunk>(limit)};
  for (const Support& support : supports)
    unrolled<most_states>(support.states.size(),
                          [&]<std::size_t Count>() { compare<Count>(support, b, least); });
  return least.z;
}

/// The first n of a chunk.
Chunk load_some(const double* from, std::size_t n) {
  if (n == chunk_pixels) return simd::load<Chunk>(from);
  Chunk some{};
  std::memcpy(&some, from, n * sizeof(double));
  return some;
}

void store_some(double* to, const Chunk& chunk, std::size_t n) {
  if (n == chunk_pixels) return simd::store(to, chunk);
  std::memcpy(to, &chunk, n * sizeof(double));
}

/// Some pixels of [states][pixels].
Chunks chunks_of(const double* values, std::size_t states, std::size_t pixels, std::size_t begin,
                 std::size_t n) {
  Chunks chunks{};
  for (std::size_t l = 0; l < states; ++l) chunks[l] = load_some(values + l * pixels + begin, n);
  return chunks;
}

void require_few(std::size_t states) {
  if (states > most_states)
    throw std::invalid_argument("linear combination fitting is exact for up to " +
                                std::to_string(most_states) + " states, not " + std::to_string(states));
}

}  // namespace

LcfResult lcf(const NormalEquations& equations, LcfConstraint constraint, LcfResult used) {
  const auto states = static_cast<std::size_t>(equations.states);
  require_few(states);
  const bool sum_to_one = constraint == LcfConstraint::non_negative_sum_to_one;
  const auto supports = all_supports(equations.gram, constraint);
  // Without the sum to one z = 0 is allowed, and has the value 0.
  const double limit = sum_to_one ? std::numeric_limits<double>::infinity() : 0;
  const std::size_t pixels = equations.shape.pixels();
  LcfResult result = std::move(used);
  result.fraction.resize(states * pixels);
  result.scale.resize(pixels);

  const auto solve_chunk = [&](std::size_t begin, std::size_t n) {
    const Chunks b = chunks_of(equations.projection.data(), states, pixels, begin, n);
    const Chunks z = least_minimum(supports, b, limit);
    Chunk scale{};
    for (std::size_t l = 0; l < states; ++l) scale += z[l];
    for (std::size_t k = 0; k < n; ++k)
      if (equations.unusable[begin + k]) scale[k] = 0;
    const Chunk inverse = 1 / scale, one = simd::filled<Chunk>(1.0),
                equal = one / static_cast<double>(states);
    for (std::size_t l = 0; l < states; ++l)
      store_some(&result.fraction[l * pixels + begin], scale > 0 ? z[l] * inverse : equal, n);
    if (sum_to_one) scale = scale > 0 ? one : scale;
    store_some(&result.scale[begin], scale, n);
  };
  for_blocks(pixels, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; k += chunk_pixels) solve_chunk(k, std::min(chunk_pixels, end - k));
  });
  return result;
}

Eigen::MatrixXd non_negative_amounts(const Eigen::MatrixXd& gram, const Eigen::MatrixXd& projection) {
  const auto states = static_cast<std::size_t>(projection.cols()),
             pixels = static_cast<std::size_t>(projection.rows());
  require_few(states);
  const auto supports = all_supports(gram, LcfConstraint::non_negative);
  Eigen::MatrixXd amounts(projection.rows(), projection.cols());
  for (std::size_t begin = 0; begin < pixels; begin += chunk_pixels) {
    const std::size_t n = std::min(chunk_pixels, pixels - begin);
    const Chunks z = least_minimum(supports, chunks_of(projection.data(), states, pixels, begin, n), 0);
    for (std::size_t l = 0; l < states; ++l) store_some(amounts.data() + l * pixels + begin, z[l], n);
  }
  return amounts;
}

}  // namespace phasecast
