#include "stages/bm3d_step.hpp"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <bit>

#include "stages/bm3d_aggregate.hpp"
#include "stages/bm3d_matching.hpp"
#include "stages/bm3d_shrink.hpp"

namespace phasecast::blocks {

namespace {

/// Of a patch: its first row and column.
struct Corner {
  int y = 0, x = 0;
};

/// Corners of patches every `step` pixels, and at the end.
std::vector<int> corners(int length, int step) {
  std::vector<int> all;
  for (int i = 0; i < length - patch; i += step) all.push_back(i);
  all.push_back(length - patch);
  return all;
}

/// Rows of reference patches `step` apart go into one band; the last row may be nearer to the one before it.
std::vector<Band> bands_of(int height, int step) {
  std::vector<Band> bands;
  for (int row : corners(height, step)) {
    const bool continues = !bands.empty() && bands.back().rows < max_band_rows &&
                           row == bands.back().first_row + bands.back().rows * step;
    if (continues)
      ++bands.back().rows;
    else
      bands.push_back({row, 1});
  }
  return bands;
}

Patch patch_at(const FramedImage& image, int y, int x) {
  Patch patch_rows;
  for (int r = 0; r < patch; ++r)
    patch_rows[static_cast<std::size_t>(r)] = simd::load<Row>(image.at(y + r, x));
  return patch_rows;
}

template <int Count>
float filter_hard(Patch* group, float threshold) {
  const Transform& transform = wavelet_transform();
  for (int k = 0; k < Count; ++k) apply(transform.forward, group[k]);
  const float weight = shrink_hard<Count>(group, threshold);
  for (int k = 0; k < Count; ++k) apply(transform.inverse, group[k]);
  return weight;
}

template <int Count>
float filter_wiener(Patch* group, Patch* pilot) {
  const Transform& transform = cosine_transform();
  for (int k = 0; k < Count; ++k) apply(transform.forward, group[k]);
  for (int k = 0; k < Count; ++k) apply(transform.forward, pilot[k]);
  const float weight = shrink_wiener<Count>(group, pilot);
  for (int k = 0; k < Count; ++k) apply(transform.inverse, group[k]);
  return weight;
}

/// Calls use.operator()<count>() for a power of two up to max_group.
template <class Use>
float with_count(int count, const Use& use) {
  switch (count) {
    case 1:
      return use.template operator()<1>();
    case 2:
      return use.template operator()<2>();
    case 4:
      return use.template operator()<4>();
    case 8:
      return use.template operator()<8>();
    case 16:
      return use.template operator()<16>();
    default:
      return use.template operator()<32>();
  }
}

/// Filters the groups of all reference patches: filter(corners of the group, patches to fill) → weight.
template <class Filter>
void for_groups(const FramedImage& matched, const Search& search, FramedImage& estimate,
                const Filter& filter) {
  const auto [height, width] = matched.shape();
  const auto columns = corners(width, search.step);
  const auto bands = bands_of(height, search.step);
  const auto window = displacements(search.radius, search.stride);
  std::vector<BandSum> sums;
  for (const Band& band : bands) {
    const int first = std::max(0, band.first_row - search.radius);
    const int last = std::min(height, band.first_row + (band.rows - 1) * search.step + patch + search.radius);
    sums.emplace_back(first, last - first, width);
  }
  const auto filter_band = [&](std::size_t b) {
    const Band band = bands[b];
    const BandMatches matches = match(matched, band, search.step, columns, window, search.group);
    std::array<Patch, max_group> group;
    std::array<Corner, max_group> at;
    for (int row = 0; row < band.rows; ++row)
      for (std::size_t column = 0; column < columns.size(); ++column) {
        const auto found = matches.of(row, static_cast<int>(column));
        const std::size_t count = std::bit_floor(found.size());
        for (std::size_t k = 0; k < count; ++k) {
          const auto d = window[static_cast<std::uint32_t>(found[k])];
          at[k] = {band.first_row + row * search.step + d.y, columns[column] + d.x};
        }
        const float weight = filter(std::span(at).first(count), group.data());
        const float scale = 1 / static_cast<float>(count);
        for (std::size_t k = 0; k < count; ++k) sums[b].add(at[k].y, at[k].x, group[k], weight, scale);
      }
  };
  tbb::this_task_arena::isolate([&] { tbb::parallel_for(std::size_t{0}, bands.size(), filter_band); });
  aggregate(sums, estimate);
}

void gather(const FramedImage& image, std::span<const Corner> corners_of_group, Patch* group) {
  for (const Corner& corner : corners_of_group) *group++ = patch_at(image, corner.y, corner.x);
}

}  // namespace

void hard_step(const FramedImage& noisy, const Search& search, float threshold, FramedImage& estimate) {
  for_groups(noisy, search, estimate, [&](std::span<const Corner> at, Patch* group) {
    gather(noisy, at, group);
    return with_count(static_cast<int>(at.size()),
                      [&]<int Count>() { return filter_hard<Count>(group, threshold); });
  });
}

void wiener_step(const FramedImage& noisy, const FramedImage& pilot, const Search& search,
                 FramedImage& estimate) {
  for_groups(pilot, search, estimate, [&](std::span<const Corner> at, Patch* group) {
    std::array<Patch, max_group> of_pilot;
    gather(noisy, at, group);
    gather(pilot, at, of_pilot.data());
    return with_count(static_cast<int>(at.size()),
                      [&]<int Count>() { return filter_wiener<Count>(group, of_pilot.data()); });
  });
}

}  // namespace phasecast::blocks
