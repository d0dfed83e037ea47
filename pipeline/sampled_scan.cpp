#include "pipeline/sampled_scan.hpp"

#include <algorithm>

namespace phasecast {

void SampledScan::restart(std::size_t energies, Shape shape, bool keep) {
  places_ = keep ? sampled_places(shape) : std::vector<std::uint32_t>();
  kept_.resize(keep ? energies : 0);
  for (Kept& kept : kept_) kept.came = false;
}

SampleRoom SampledScan::room(std::uint32_t energy_index, double energy_ev) {
  if (kept_.empty()) return {};
  Kept& kept = kept_[energy_index];
  kept.energy_ev = energy_ev;
  kept.absorbance.resize(places_.size());
  return {places_, kept.absorbance};
}

void SampledScan::came(std::uint32_t energy_index) {
  if (!kept_.empty()) kept_[energy_index].came = true;
}

SampleView SampledScan::view() const {
  std::vector<const Kept*> order;
  for (const Kept& kept : kept_)
    if (kept.came) order.push_back(&kept);
  std::stable_sort(order.begin(), order.end(),
                   [](const Kept* a, const Kept* b) { return a->energy_ev < b->energy_ev; });
  SampleView view{{}, {}, static_cast<Eigen::Index>(places_.size())};
  for (const Kept* kept : order) {
    view.energies_ev.push_back(kept->energy_ev);
    view.rows.push_back(kept->absorbance.data());
  }
  return view;
}

}  // namespace phasecast
