#include "pipeline/energy_subset.hpp"

#include <stdexcept>

#include "stages/dictionary_checks.hpp"

namespace phasecast {
namespace {

bool shared_by_all_energies(FrameKind kind, const ScanStart& start) {
  return (kind == FrameKind::dark && start.darks.use == CorrectionUse::shared) ||
         (kind == FrameKind::flat && start.flats.use == CorrectionUse::shared);
}

}  // namespace

EnergySubset::EnergySubset(const ScanStart& start, EnergyWindow window) : start_(start) {
  start_.energies_ev.clear();
  for (const double energy : start.energies_ev) {
    const bool kept = window.contains(energy);
    new_index_.push_back(kept ? std::optional(static_cast<std::uint32_t>(start_.energies_ev.size()))
                              : std::nullopt);
    if (kept) start_.energies_ev.push_back(energy);
  }
  if (start_.energies_ev.empty())
    throw std::runtime_error(start.source + " has no energy within " + text_of(window));
}

bool EnergySubset::take(FrameHeader& frame) const {
  if (shared_by_all_energies(frame.kind, start_)) return true;
  const auto index = new_index_.at(frame.energy_index);
  if (index) frame.energy_index = *index;
  return index.has_value();
}

}  // namespace phasecast
