#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "stages/despike_rows.hpp"

namespace phasecast {

/// The last four rows of a strip of columns, with room for the neighbors left and right and the rows' spikes.
/// What is not written is NaN. Made once and laid out again for each strip.
class RowWindow {
 public:
  static constexpr std::size_t margin = simd::lanes;  ///< columns left and right of the strip

  void lay_out(std::size_t columns) {
    groups_ = (columns + simd::lanes - 1) / simd::lanes;
    stride_ = groups_ * simd::lanes + 4 * margin;  // one more margin on both sides, always NaN
    values_.assign(rows * stride_ + skew, std::numeric_limits<float>::quiet_NaN());
    spikes_.assign(rows * (groups_ + 2), 0);
  }

  /// The strip's first column.
  float* row(int y) { return values_.data() + slot(y) * stride_ + 2 * margin; }
  /// The row is NaN again, or all but `columns` of the strip.
  void clear(int y) { clear_around(y, 0); }
  void clear_around(int y, std::size_t columns) {
    float* const begin = values_.data() + slot(y) * stride_;
    std::fill(begin, row(y), std::numeric_limits<float>::quiet_NaN());
    std::fill(row(y) + columns, begin + stride_, std::numeric_limits<float>::quiet_NaN());
  }
  /// Group 0 begins at the strip's first column; there is one more on both sides.
  SpikeBits* spikes(int y) { return spikes_.data() + slot(y) * (groups_ + 2) + 1; }

  void find(int y, float spike_margin) {
    find_spikes({row(y - 1) - margin, row(y) - margin, row(y + 1) - margin}, groups_ + 2, spike_margin,
                spikes(y) - 1);
  }
  std::size_t repair(int y, std::size_t columns) {
    return repair_spikes({spikes(y - 1), spikes(y), spikes(y + 1)}, columns,
                         {row(y - 1), row(y), row(y + 1)});
  }

 private:
  static constexpr std::size_t rows = 4;
  static constexpr std::size_t skew = 16;  // so that the windows of a batch do not share cache sets
  static std::size_t slot(int y) { return static_cast<std::size_t>(y + static_cast<int>(rows)) % rows; }

  std::size_t groups_ = 0, stride_ = 0;
  std::vector<float> values_;
  std::vector<SpikeBits> spikes_;
};

}  // namespace phasecast
