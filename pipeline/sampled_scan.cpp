#include "pipeline/sampled_scan.hpp"

#include <algorithm>

namespace phasecast {

void SampledScan::restart(std::size_t energies, Shape shape, bool keep) {
  places_ = keep ? sampled_places(shape) : std::vector<std::uint32_t>();
  kept_.assign(keep ? energies : 0, {});
}

SampleRoom SampledScan::room(std::uint32_t energy_index, double energy_ev) {
  if (kept_.empty()) return {};
  Kept& kept = kept_[energy_index];
  kept.energy_ev = energy_ev;
  kept.absorbance.resize(places_.size());
  return {places_, kept.absorbance};
}

SpectrumSample SampledScan::sample() const {
  std::vector<const Kept*> order;
  for (const Kept& kept : kept_)
    if (!kept.absorbance.empty()) order.push_back(&kept);
  std::stable_sort(order.begin(), order.end(),
                   [](const Kept* a, const Kept* b) { return a->energy_ev < b->energy_ev; });
  SpectrumSample sample;
  sample.absorbance.resize(static_cast<Eigen::Index>(order.size()),
                           static_cast<Eigen::Index>(places_.size()));
  for (const Kept* kept : order) {
    const auto row = static_cast<Eigen::Index>(sample.energies_ev.size());
    std::copy(kept->absorbance.begin(), kept->absorbance.end(), sample.absorbance.row(row).data());
    sample.energies_ev.push_back(kept->energy_ev);
  }
  return sample;
}

}  // namespace phasecast
