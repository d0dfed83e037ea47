#include "tools/faults.hpp"

#include <algorithm>
#include <utility>

#include "tools/simulate/random.hpp"

namespace phasecast {

SendOrder send_order(std::uint64_t frames, const Faults& faults, std::uint32_t scan_index) {
  Random random{faults.seed, 0x6661756c74, scan_index};
  SendOrder order;
  std::vector<std::pair<double, std::uint64_t>> places;
  const auto add = [&](std::uint64_t sequence) {
    const double late = faults.shuffle > 1 ? random.uniform(0, static_cast<double>(faults.shuffle)) : 0;
    places.emplace_back(static_cast<double>(sequence) + late, sequence);
  };
  for (std::uint64_t sequence = 0; sequence < frames; ++sequence) {
    if (random.uniform() < faults.loss) {
      ++order.skipped;
      continue;
    }
    add(sequence);
    if (random.uniform() < faults.duplicate) {
      ++order.duplicated;
      add(sequence);
    }
  }
  std::stable_sort(places.begin(), places.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [place, sequence] : places) order.sequences.push_back(sequence);
  return order;
}

}  // namespace phasecast
