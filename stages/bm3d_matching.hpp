#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stages/bm3d_image.hpp"

namespace phasecast::blocks {

/// Where the reference patches of one band of rows are: rows first_row, first_row + step, …
struct Band {
  int first_row = 0;
  int rows = 0;
};

inline constexpr int max_band_rows = 8;

struct Displacement {
  std::int16_t y = 0, x = 0;
};

/// Every `stride`-th displacement within ± radius, the nearest first: good matches early make the later ones
/// rare.
std::vector<Displacement> displacements(int radius, int stride);

/// A patch's squared distance in the upper half, the index of its displacement in the lower: ordered as both.
using Match = std::int64_t;

/// The best `group` matches of every reference patch in a band, nearest first.
class BandMatches {
 public:
  BandMatches(int rows, int columns, int group);

  /// Matches of the patch in row `row` of the band and column `columns[column]`; only those that exist.
  std::span<const Match> of(int row, int column) const;
  /// Inserts a match that is better than the worst; returns the distance that the next must be below.
  float insert(int row, int column, float distance, std::uint32_t displacement);

 private:
  std::size_t first(int row, int column) const;

  int columns_, group_, capacity_;
  std::vector<Match> matches_;
};

/// For each reference patch, with its corner in a row of `band` and one of the ascending `columns`, finds the
/// patches of `image` displaced by one of `window` that are nearest to it.
BandMatches match(const FramedImage& image, Band band, int step, std::span<const int> columns,
                  std::span<const Displacement> window, int group);

}  // namespace phasecast::blocks
