#include "stages/normal_numbers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "stages/fast_log.hpp"

namespace phasecast {
namespace {

/// The finalizer of MurmurHash3 (Appleby): every bit of the result depends on every bit of the word.
constexpr std::uint32_t mix(std::uint32_t word) {
  word = (word ^ (word >> 16)) * 0x85ebca6bU;
  word = (word ^ (word >> 13)) * 0xc2b2ae35U;
  return word ^ (word >> 16);
}

/// The halves of the key come between the rounds: streams of different keys do not overlap, even shifted.
constexpr std::uint32_t random_bits(std::uint32_t counter, std::uint64_t key) {
  const auto low = static_cast<std::uint32_t>(key), high = static_cast<std::uint32_t>(key >> 32);
  return mix(mix(mix(counter) + low) + high);
}

/// cos and sin of a full turn times `turns` in [-0.5, 0.5), by their series at half the angle, where it
/// reaches float precision.
struct Direction {
  float cosine, sine;
};
inline Direction direction(float turns) {
  const float h = std::numbers::pi_v<float> * turns;
  const float q = h * h;
  const float sine =
      h * (1 - q / 6 * (1 - q / 20 * (1 - q / 42 * (1 - q / 72 * (1 - q / 110 * (1 - q / 156))))));
  const float cosine = 1 - q / 2 * (1 - q / 12 * (1 - q / 30 * (1 - q / 56 * (1 - q / 90 * (1 - q / 132)))));
  return {1 - 2 * sine * sine, 2 * sine * cosine};
}

}  // namespace

/// Box and Muller, in two halves of a block so that both results are stored in order.
void fill_normal(std::uint64_t key, std::span<float> values) {
  constexpr std::size_t half = 256;
  std::array<float, 2 * half> block;
  for (std::size_t begin = 0; begin < values.size(); begin += block.size()) {
    for (std::size_t i = 0; i < half; ++i) {
      const auto counter = static_cast<std::uint32_t>(begin + 2 * i);
      const std::uint32_t u = random_bits(counter, key);
      const std::uint32_t v = random_bits(counter + 1, key);
      const float uniform = (static_cast<float>(static_cast<std::int32_t>(u >> 1)) + 1) * 0x1p-31F;
      const float radius = std::sqrt(-2 * fast_log(uniform));
      const auto [cosine, sine] = direction(static_cast<float>(static_cast<std::int32_t>(v)) * 0x1p-32F);
      block[i] = radius * cosine;
      block[half + i] = radius * sine;
    }
    std::copy_n(block.begin(), std::min(block.size(), values.size() - begin), values.begin() + begin);
  }
}

}  // namespace phasecast
