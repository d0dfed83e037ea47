#pragma once

#include <array>
#include <span>
#include <vector>

#include "stages/bm3d_transform.hpp"

namespace phasecast::blocks {

/// Weighted sum of the filtered patches that one band of reference patches produced: image rows
/// [first_row, first_row + rows). The weights stay at the patches' corners until all bands are known.
class BandSum {
 public:
  BandSum(int first_row, int rows, int width);

  /// Adds weight · scale · filtered.
  void add(int y, int x, const Patch& filtered, float weight, float scale);

  bool has(int y) const { return y >= first_row_ && y < first_row_ + rows_; }
  const float* values(int y) const { return values_.data() + (y - first_row_) * pitch_; }
  const float* weights(int y) const { return weights_.data() + (y - first_row_) * pitch_; }

 private:
  int first_row_, rows_;
  std::ptrdiff_t pitch_;
  std::vector<float> values_, weights_;
};

/// The weighted mean of all patches, added in the order of the bands.
void aggregate(std::span<const BandSum> bands, FramedImage& estimate);

}  // namespace phasecast::blocks
