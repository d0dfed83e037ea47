#pragma once

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace phasecast {

/// Pixels are worked on in blocks of this many; the blocks, and so every sum, are the same for any thread
/// count.
inline constexpr std::size_t block_pixels = 8192;

/// Calls body(begin, end) for every block of [0, n), in parallel. Isolated: a waiting thread does not pick up
/// unrelated work of the flow graph in the middle of an iteration.
template <class Body>
void for_blocks(std::size_t n, std::size_t block, const Body& body) {
  const std::size_t blocks = (n + block - 1) / block;
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(std::size_t{0}, blocks,
                      [&](std::size_t k) { body(k * block, std::min(n, (k + 1) * block)); });
  });
}

template <class Body>
void for_blocks(std::size_t n, const Body& body) {
  for_blocks(n, block_pixels, body);
}

/// Sum of body(begin, end) over the blocks, added in block order: deterministic.
template <std::size_t Count, class Body>
std::array<double, Count> sum_blocks(std::size_t n, const Body& body) {
  const std::size_t blocks = (n + block_pixels - 1) / block_pixels;
  std::vector<std::array<double, Count>> partial(blocks);
  for_blocks(n,
             [&](std::size_t begin, std::size_t end) { partial[begin / block_pixels] = body(begin, end); });
  std::array<double, Count> total{};
  for (const auto& p : partial)
    for (std::size_t i = 0; i < Count; ++i) total[i] += p[i];
  return total;
}

}  // namespace phasecast
