#include "stages/kept_frames.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "stages/parallel.hpp"

namespace phasecast {

namespace {

constexpr std::size_t most_together = 16;
constexpr std::size_t run = 512;  // the sums of a run stay in the L1 cache, or nearly

struct Group {
  std::span<const KeptFrame> frames;
  Moments::Batch update;
};

Group begin_group(std::span<const KeptFrame> frames, double weight, Moments& sums) {
  std::array<double, most_together> energies_ev;
  std::transform(frames.begin(), frames.end(), energies_ev.begin(),
                 [](const auto& f) { return f.energy_ev; });
  return {frames, sums.begin_batch({energies_ev.data(), frames.size()}, weight)};
}

void end_group(const Group& group, Moments& sums) {
  std::array<float, most_together> largest;
  std::transform(group.frames.begin(), group.frames.end(), largest.begin(),
                 [](const auto& f) { return f.largest; });
  sums.end_batch({largest.data(), group.frames.size()});
}

}  // namespace

void add_kept(std::span<const KeptFrame> frames, double weight, Moments& sums) {
  std::vector<Group> groups;
  for (std::size_t k = 0; k < frames.size(); k += most_together)
    groups.push_back(
        begin_group(frames.subspan(k, std::min(most_together, frames.size() - k)), weight, sums));

  for_blocks(sums.shape().pixels(), [&](std::size_t begin, std::size_t end) {
    std::array<std::array<float, run>, most_together> values;
    std::array<const float*, most_together> rows;
    for (std::size_t first = begin; first < end; first += run) {
      const std::size_t count = std::min(run, end - first);
      for (const Group& group : groups) {
        for (std::size_t e = 0; e < group.frames.size(); ++e) {
          to_float(group.frames[e].absorbance.subspan(first, count), values[e]);
          rows[e] = values[e].data();
        }
        sums.add_pixels(group.update, first, count, {rows.data(), group.frames.size()});
      }
    }
  });
  for (const Group& group : groups) end_group(group, sums);
}

}  // namespace phasecast
