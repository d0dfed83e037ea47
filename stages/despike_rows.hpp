#pragma once

#include <cstddef>
#include <cstdint>

#include "stages/simd.hpp"

namespace phasecast {

/// Despiking of rows while they are in the cache (`despike` has the definition). Beyond a frame's borders the
/// rows hold NaN, which is no neighbor, so a border is like any other place.

/// Bit i of group g: element g · lanes + i is a spike or NaN.
using SpikeBits = std::uint16_t;
static_assert(simd::lanes <= 16);

/// A row and the ones above and below it.
template <class T>
struct ThreeRows {
  T *above, *row, *below;
};

/// Of `groups` groups from the rows' first element on. Rows are read one element beyond both ends.
void find_spikes(const ThreeRows<const float>& rows, std::size_t groups, float margin, SpikeBits* spikes);

/// Replaces the spikes among the row's first `count` elements by the mean of those neighbors that are none,
/// where there is one; returns how many. Group −1 and the group after the last are read.
std::size_t repair_spikes(const ThreeRows<const SpikeBits>& spikes, std::size_t count,
                          const ThreeRows<float>& rows);

}  // namespace phasecast
