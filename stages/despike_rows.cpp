#include "stages/despike_rows.hpp"

#include <bit>
#include <limits>

namespace phasecast {

namespace {

constexpr auto lanes = static_cast<std::ptrdiff_t>(simd::lanes);

/// Range of values; NaN leaves it as it is.
struct Range {
  simd::Lanes low = simd::Lanes{} + std::numeric_limits<float>::infinity();
  simd::Lanes high = simd::Lanes{} - std::numeric_limits<float>::infinity();
  void include(const float* from) {
    const auto v = simd::load<simd::Lanes>(from);
    low = simd::lesser(v, low);
    high = simd::greater(v, high);
  }
};

bool is_spike(const SpikeBits* spikes, std::ptrdiff_t x) {
  const std::ptrdiff_t group = (x + lanes) / lanes - 1;  // x >= -lanes
  return spikes[group] >> (x - group * lanes) & 1;
}

bool repair(const ThreeRows<const SpikeBits>& spikes, std::ptrdiff_t x, const ThreeRows<float>& rows) {
  double sum = 0;
  int count = 0;
  const auto include = [&](const SpikeBits* spike, const float* row, std::ptrdiff_t u) {
    if (is_spike(spike, u)) return;
    sum += row[u];
    ++count;
  };
  for (std::ptrdiff_t u = x - 1; u <= x + 1; ++u) include(spikes.above, rows.above, u);
  include(spikes.row, rows.row, x - 1);
  include(spikes.row, rows.row, x + 1);
  for (std::ptrdiff_t u = x - 1; u <= x + 1; ++u) include(spikes.below, rows.below, u);
  if (count > 0) rows.row[x] = static_cast<float>(sum / count);
  return count > 0;
}

}  // namespace

void find_spikes(const ThreeRows<const float>& rows, std::size_t groups, float margin, SpikeBits* spikes) {
  for (std::size_t g = 0; g < groups; ++g) {
    const std::size_t x = g * simd::lanes;
    Range neighbors;
    for (const float* row : {rows.above + x, rows.below + x}) {
      neighbors.include(row - 1);
      neighbors.include(row);
      neighbors.include(row + 1);
    }
    neighbors.include(rows.row + x - 1);
    neighbors.include(rows.row + x + 1);
    const auto value = simd::load<simd::Lanes>(rows.row + x);
    const unsigned outside =
        simd::less_bits(value, neighbors.low - margin) | simd::less_bits(neighbors.high + margin, value);
    const unsigned alone = simd::less_bits(neighbors.high, neighbors.low);
    spikes[g] = static_cast<SpikeBits>(simd::nan_bits(value) | (outside & ~alone));
  }
}

std::size_t repair_spikes(const ThreeRows<const SpikeBits>& spikes, std::size_t count,
                          const ThreeRows<float>& rows) {
  std::size_t repaired = 0;
  for (std::size_t x = 0; x < count; x += simd::lanes) {
    unsigned bits = spikes.row[x / simd::lanes];
    if (count - x < simd::lanes) bits &= (1u << (count - x)) - 1;
    for (; bits != 0; bits &= bits - 1)
      repaired += repair(spikes, static_cast<std::ptrdiff_t>(x) + std::countr_zero(bits), rows);
  }
  return repaired;
}

}  // namespace phasecast
