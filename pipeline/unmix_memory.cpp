#include "pipeline/unmix_memory.hpp"

#include <unistd.h>

namespace phasecast {

std::size_t bytes_to_unmix(Shape shape, const Dictionary& dictionary, bool in_series) {
  constexpr std::size_t snapshots = 2;  // one is worked on while the next is made
  constexpr std::size_t maps = 3;       // made, published, sent again to whoever subscribes
  const auto states = static_cast<std::size_t>(dictionary.states());
  const auto background = static_cast<std::size_t>(background_terms(dictionary.config()));
  const auto post = static_cast<std::size_t>(post_edge_terms(dictionary.config()));
  const std::size_t sums = (states + 2 * background + post + 1) * sizeof(double) * (in_series ? 3 : 1);
  const std::size_t snapshot = (states + 2) * sizeof(double) + sizeof(float) + 1;
  const std::size_t solver =
      (states == 2 ? 10 : 11 * states - 4) * sizeof(float) + (states + 1) * sizeof(double);
  const std::size_t map = (2 * states + 2) * sizeof(float) + 1;
  return shape.pixels() * (sums + snapshots * snapshot + solver + maps * map);
}

std::size_t half_of_memory() {
  return static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) /
         2;
}

}  // namespace phasecast
