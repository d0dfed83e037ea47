#include "stages/bm3d_matching.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "stages/simd.hpp"

namespace phasecast::blocks {

namespace {

using simd::Lanes;
using simd::lanes;

constexpr int tile_vectors = 128 / lanes;
constexpr int tile_width = tile_vectors * lanes;
constexpr int word_vectors = 64 / lanes;
/// Vectors of column sums that the patches starting in a tile reach.
constexpr int reached_vectors = tile_vectors + (patch + lanes - 2) / lanes;
constexpr Match nothing = Match{std::bit_cast<std::int32_t>(std::numeric_limits<float>::infinity())} << 32;

/// Lists of matches are worked on in pieces of this many.
constexpr int piece = 8;
using Piece = simd::Vector<Match, piece>;

}  // namespace

inline std::size_t BandMatches::first(int row, int column) const {
  return (static_cast<std::size_t>(row) * columns_ + column) * capacity_;
}

inline float BandMatches::insert(int row, int column, float distance, std::uint32_t displacement) {
  const Match match = Match{std::bit_cast<std::int32_t>(distance)} << 32 | displacement;
  Match* list = matches_.data() + first(row, column);
  // Each is replaced by the one before it if that is worse than the new match, else by the better of itself
  // and it.
  Piece here = simd::load<Piece>(list + capacity_ - piece);
  for (int i = capacity_ - piece; i >= 0; i -= piece) {
    const Piece lower = i > 0 ? simd::load<Piece>(list + i - piece) : Piece{} + match;
    const Piece before = __builtin_shuffle(here, lower, Piece{15, 0, 1, 2, 3, 4, 5, 6});
    const Piece pushed = before > match ? before : Piece{} + match;
    simd::store(list + i, here < pushed ? here : pushed);
    here = lower;
  }
  return std::bit_cast<float>(static_cast<std::int32_t>(list[group_ - 1] >> 32));
}

namespace {

/// Reference patches that start in `tile_width` columns, and what a match has to be below at each.
struct Tile {
  int first_column = 0;
  std::array<int, tile_width> slot;  // of the reference patch that starts in this column
  alignas(64) std::array<std::array<float, tile_width>, max_band_rows> worst;
};

using ColumnSums = std::array<std::array<Lanes, reached_vectors + 2>, max_band_rows>;

/// Squared differences of `reference` and `candidate` summed over the rows of each reference patch of a band.
/// Sums over `Step` rows, and over the part of them that ends a patch, serve all patches that contain them.
template <int Step>
void sum_columns(const float* reference, const float* candidate, std::ptrdiff_t pitch, int rows,
                 ColumnSums& sums, int vector) {
  constexpr int whole = patch / Step, rest = patch % Step;
  std::array<Lanes, whole> strides{};
  for (int k = 0; k < rows + whole; ++k) {
    Lanes sum{}, end{};
    for (int i = 0; i < Step; ++i, reference += pitch, candidate += pitch) {
      if (i == rest) end = sum;
      const Lanes difference = simd::load<Lanes>(reference) - simd::load<Lanes>(candidate);
      sum += difference * difference;
    }
    if (k >= whole) {
      for (const Lanes& stride : strides) end += stride;
      sums[static_cast<std::size_t>(k - whole)][static_cast<std::size_t>(vector)] = end;
    }
    for (int j = 1; j < whole; ++j) strides[j - 1] = strides[j];
    strides[whole - 1] = sum;
  }
}

/// Calls found(column, distance) where the sum of eight columns is below `worst`. Hits are rare and not to be
/// predicted, so there is one branch for many columns.
template <class Found>
void sum_rows(const std::array<Lanes, reached_vectors + 2>& columns, const float* worst, int vectors,
              const Found& found) {
  const auto pair = [&](int v) {
    const auto at = static_cast<std::size_t>(v);
    return columns[at] + simd::shifted<1>(columns[at], columns[at + 1]);
  };
  std::array<Lanes, word_vectors> distances;
  Lanes pairs = pair(1);
  const Lanes first = pair(0);
  Lanes quads = first + simd::shifted<2>(first, pairs);
  for (int begin = 0; begin < vectors; begin += word_vectors) {
    std::uint64_t better = 0;
    for (int i = 0; i < word_vectors; ++i) {
      const int v = begin + i;
      const Lanes next_pairs = pair(v + 2);
      const Lanes next_quads = pairs + simd::shifted<2>(pairs, next_pairs);
      const Lanes distance = quads + simd::shifted<4>(quads, next_quads);
      better |= std::uint64_t{simd::less_bits(distance, simd::load<Lanes>(worst + v * lanes))} << (i * lanes);
      distances[static_cast<std::size_t>(i)] = distance;
      pairs = next_pairs;
      quads = next_quads;
    }
    for (; better != 0; better &= better - 1) {
      const int column = std::countr_zero(better);
      found(begin * lanes + column, reinterpret_cast<const float*>(distances.data())[column]);
    }
  }
}

template <int Step>
void match_tile(const FramedImage& image, Band band, std::span<const Displacement> window, Tile& tile,
                int vectors, BandMatches& matches) {
  ColumnSums sums{};
  const float* reference = image.at(band.first_row, tile.first_column);
  const int reached = vectors + reached_vectors - tile_vectors;
  for (std::uint32_t d = 0; d < window.size(); ++d) {
    const float* candidate = reference + window[d].y * image.pitch() + window[d].x;
    for (int v = 0; v < reached; ++v)
      sum_columns<Step>(reference + v * lanes, candidate + v * lanes, image.pitch(), band.rows, sums, v);
    for (int row = 0; row < band.rows; ++row) {
      float* worst = tile.worst[static_cast<std::size_t>(row)].data();
      sum_rows(sums[static_cast<std::size_t>(row)], worst, vectors, [&](int column, float distance) {
        worst[column] = matches.insert(row, tile.slot[static_cast<std::size_t>(column)], distance, d);
      });
    }
  }
}

using MatchTile = void (*)(const FramedImage&, Band, std::span<const Displacement>, Tile&, int, BandMatches&);
constexpr std::array<MatchTile, patch> match_tile_by_step{match_tile<1>, match_tile<2>, match_tile<3>,
                                                          match_tile<4>, match_tile<5>, match_tile<6>,
                                                          match_tile<7>, match_tile<8>};

}  // namespace

std::vector<Displacement> displacements(int radius, int stride) {
  const int reach = radius / stride * stride;
  std::vector<Displacement> all;
  for (int y = -reach; y <= reach; y += stride)
    for (int x = -reach; x <= reach; x += stride)
      all.push_back({static_cast<std::int16_t>(y), static_cast<std::int16_t>(x)});
  std::stable_sort(all.begin(), all.end(), [](Displacement a, Displacement b) {
    return a.y * a.y + a.x * a.x < b.y * b.y + b.x * b.x;
  });
  return all;
}

BandMatches::BandMatches(int rows, int columns, int group)
    : columns_(columns),
      group_(group),
      capacity_((group + piece - 1) / piece * piece),
      matches_(static_cast<std::size_t>(rows) * columns * capacity_, nothing) {}

std::span<const Match> BandMatches::of(int row, int column) const {
  const Match* begin = matches_.data() + first(row, column);
  return {begin, std::lower_bound(begin, begin + group_, nothing)};
}

BandMatches match(const FramedImage& image, Band band, int step, std::span<const int> columns,
                  std::span<const Displacement> window, int group) {
  BandMatches matches(band.rows, static_cast<int>(columns.size()), group);
  Tile tile;
  for (std::size_t next = 0; next < columns.size();) {
    tile.first_column = columns[next] / lanes * lanes;
    for (auto& row : tile.worst) row.fill(-std::numeric_limits<float>::infinity());
    int width = 0;
    for (; next < columns.size() && columns[next] < tile.first_column + tile_width; ++next) {
      const auto at = static_cast<std::size_t>(columns[next] - tile.first_column);
      tile.slot[at] = static_cast<int>(next);
      for (auto& row : tile.worst) row[at] = std::numeric_limits<float>::infinity();
      width = static_cast<int>(at) + 1;
    }
    const int vectors = (width + lanes - 1) / lanes;
    match_tile_by_step[static_cast<std::size_t>(step - 1)](image, band, window, tile, vectors, matches);
  }
  return matches;
}

}  // namespace phasecast::blocks
