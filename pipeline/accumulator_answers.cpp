// What is asked of the frames and references in memory, not of a map.

#include <algorithm>
#include <iterator>

#include "pipeline/accumulator.hpp"

namespace phasecast {

std::optional<Error> Accumulator::nothing_to_show() const {
  if (!scan_) return Error{"value", "control request", "scan", "none yet", "one that has begun"};
  if (!current_) return Error{"value", "scan " + scan_->scan_id, "maps", "recorded only", "unmixed"};
  return std::nullopt;
}

Result<RegionSpectrum> Accumulator::region_spectrum(const Region& region, const PhaseMap* map) const {
  if (auto error = nothing_to_show()) return *error;
  if (!carried_.keeps())
    return Error{"value", "scan " + scan_->scan_id, "frames in memory", "none",
                 "--carry with room for all, and provisional maps"};
  const PhaseMap* of_this_scan = map && map->scan_id == scan_->scan_id ? map : nullptr;
  const Dictionary& dictionary = dictionary_of(of_this_scan);
  std::vector<HeldFrame> frames = carried_.frames();
  std::erase_if(frames, [&](const HeldFrame& frame) { return !dictionary.covers(frame.energy_ev); });
  auto spectrum = phasecast::region_spectrum(frames, scan_->shape, region, dictionary, of_this_scan);
  if (spectrum) spectrum->scan_id = scan_->scan_id;
  return spectrum;
}

/// What a map of this scan was made with.
const Dictionary& Accumulator::dictionary_of(const PhaseMap* map) const {
  const bool shifted = applied_ && map && map->reference_check && map->reference_check->shift_applied;
  return shifted ? *applied_ : current_->dictionary();
}

Result<References> Accumulator::references() const {
  if (auto error = nothing_to_show()) return *error;
  const Dictionary& dictionary = applied_ ? *applied_ : current_->dictionary();
  References references{scan_->scan_id, dictionary.names(), {}, {}};
  std::copy_if(scan_->energies_ev.begin(), scan_->energies_ev.end(),
               std::back_inserter(references.energies_ev),
               [&](double energy_ev) { return dictionary.covers(energy_ev); });
  for (int state = 0; state < dictionary.states(); ++state)
    for (const double energy_ev : references.energies_ev)
      references.absorbance.push_back(dictionary.row(energy_ev)(state));
  return references;
}

}  // namespace phasecast
