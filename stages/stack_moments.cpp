#include "stages/stack_moments.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "stages/parallel.hpp"

namespace phasecast {
namespace {

constexpr std::size_t batch_energies = 16;
constexpr std::size_t tile_pixels = 4096;  // whose sums stay in the second-level cache
constexpr std::size_t chunk_pixels =
    1024;  // whose values are in the first-level cache when their largest is sought

}  // namespace

void add_stack(Moments& moments, std::span<const double> energies_ev, const StackView& stack) {
  const std::size_t energies = energies_ev.size(), pixels = stack.shape.pixels();
  if (stack.shape != moments.shape() || stack.frames.size() != energies)
    throw std::invalid_argument("a stack of " + std::to_string(stack.frames.size()) + " frames of " +
                                std::to_string(pixels) + " pixels cannot be added to moments of " +
                                std::to_string(moments.shape().pixels()) + " pixels at " +
                                std::to_string(energies) + " energies");
  std::vector<Moments::Batch> batches;
  for (std::size_t e = 0; e < energies; e += batch_energies)
    batches.push_back(moments.begin_batch(energies_ev.subspan(e, std::min(batch_energies, energies - e))));

  const std::size_t tiles = (pixels + tile_pixels - 1) / tile_pixels;
  std::vector<float> tile_largest(tiles * energies);
  for_blocks(pixels, tile_pixels, [&](std::size_t first, std::size_t last) {
    const std::size_t tile = first / tile_pixels;
    std::array<const float*, batch_energies> rows;
    for (std::size_t b = 0; b < batches.size(); ++b) {
      const std::size_t begin = b * batch_energies, size = std::min(batch_energies, energies - begin);
      float* const found = &tile_largest[tile * energies + begin];
      for (std::size_t at = first; at < last; at += chunk_pixels) {
        const std::size_t n = std::min(chunk_pixels, last - at);
        for (std::size_t e = 0; e < size; ++e) rows[e] = stack.frames[begin + e] + at;
        moments.add_pixels(batches[b], at, n, {rows.data(), size});
        for (std::size_t e = 0; e < size; ++e) found[e] = std::max(found[e], largest_finite({rows[e], n}));
      }
    }
  });
  std::vector<float> largest(energies);
  for (std::size_t k = 0; k < tile_largest.size(); ++k)
    largest[k % energies] = std::max(largest[k % energies], tile_largest[k]);
  moments.end_batch(largest);
}

}  // namespace phasecast
