#include "pipeline/accumulator.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace phasecast {

bool Accumulator::goes_on_with(const ScanStart& next) const {
  return scan_ && current_ && !used_.empty() && scan_->series_id == next.series_id &&
         scan_->shape == next.shape && scan_->energies_ev == next.energies_ev;
}

void Accumulator::open(std::shared_ptr<const ScanStart> scan) {
  const bool goes_on = goes_on_with(*scan);
  scan_ = std::move(scan);
  used_.clear();
  published_at_ = snapshot_at_ = 0;
  if (goes_on) {
    carried_.next_scan(*current_);
    return current_->clear();
  }

  current_.reset();
  mixed_.reset();
  const std::size_t bytes = scan_->energies_ev.size() * scan_->shape.pixels() * sizeof(Half);
  const bool affordable = bytes <= config_.carry_bytes;
  carried_.restart(scan_->energies_ev.size(), scan_->shape, affordable && config_.provisional);
  if (config_.references.empty()) return ledger_.note("no references given: recording only");
  auto dictionary = Dictionary::make(config_.references, scan_->energies_ev, config_.normalize);
  if (!dictionary)
    return ledger_.error("scan " + scan_->scan_id +
                         " is recorded but cannot be unmixed: " + dictionary.error().text());
  planned_ = std::make_shared<PlannedEnergies::element_type>(energy_rows(*dictionary, scan_->energies_ev));
  current_.emplace(scan_->shape, std::move(*dictionary));
  if (!affordable)
    spdlog::info("scan={} carry=off needs_bytes={} limit_bytes={}", scan_->scan_id, bytes,
                 config_.carry_bytes);
}

/// False if it cannot be used.
bool Accumulator::count(const EnergyJob& energy) {
  const double ev = energy_ev(energy);
  if (current_ && !current_->dictionary().covers(ev)) {
    const std::size_t frames = energy.samples.size() + energy.flats.size() + energy.darks.size();
    ledger_.update([&](Status& status) {
      status.counters.used -= frames;  // as pairing has counted them
      status.counters.unpaired += frames;
    });
    ledger_.error("scan " + scan_->scan_id + ": a frame at " + std::to_string(ev) +
                  " eV is outside the references' energies: recorded, not in the map");
    return false;
  }
  used_.push_back(energy.energy_index);
  last_sequence_ = 0;
  received_utc_ns_ = 0;
  for (const auto* group : {&energy.samples, &energy.flats, &energy.darks})
    for (const auto& admitted : *group) {
      last_sequence_ = std::max(last_sequence_, admitted.frame.header.sequence);
      received_utc_ns_ = std::max(received_utc_ns_, admitted.frame.received_utc_ns);
    }
  return true;
}

void Accumulator::add(std::span<const EnergyJob> energies) {
  batch_.clear();
  raw_frames_.begin();
  std::vector<std::uint32_t> indices;
  for (const EnergyJob& energy : energies) {
    if (!count(energy) || !current_) continue;
    indices.push_back(energy.energy_index);
    batch_.push_back({energy_ev(energy), raw_frames_.frame(energy), carried_.room(energy.energy_index)});
  }
  ledger_.update(
      [&](Status& status) { status.energies_received = static_cast<std::uint32_t>(used_.size()); });
  if (!current_) return;

  const auto found = ingest_.add(batch_, *current_);
  for (std::size_t k = 0; k < found.size(); ++k) {
    carried_.replace(indices[k], batch_[k].energy_ev, found[k].largest);
    if (found[k].repaired > 0) ledger_.count(&Counters::repaired_pixels, found[k].repaired);
  }
}

std::shared_ptr<Snapshot> Accumulator::make_snapshot(const Moments& moments, bool final) {
  const auto snapshot = snapshots_.take();
  auto equations = moments.normal_equations(std::move(snapshot->equations));
  if (!equations) {
    const std::string why = "scan " + scan_->scan_id + ": " + equations.error().text();
    final ? ledger_.error(why) : ledger_.note(why);
    return nullptr;
  }
  ledger_.note("");
  *snapshot = {};
  snapshot->scan = scan_;
  snapshot->states = moments.dictionary().names();
  snapshot->equations = std::move(*equations);
  snapshot->planned = planned_;
  snapshot->energies_used = used_;
  std::sort(snapshot->energies_used.begin(), snapshot->energies_used.end());
  snapshot->last_sequence = last_sequence_;
  snapshot->received_utc_ns = received_utc_ns_;
  snapshot->final = final;
  return snapshot;
}

bool Accumulator::due_for_publication() {
  const int received = static_cast<int>(used_.size());
  if (received - published_at_ < config_.map_every && !complete()) return false;
  published_at_ = received;
  return true;
}

SnapshotPtr Accumulator::snapshot() {
  snapshot_at_ = static_cast<int>(used_.size());
  if (!current_) return nullptr;
  const Moments* carried = carried_.moments();
  if (carried) {
    if (!mixed_) mixed_.emplace(current_->shape(), current_->dictionary());
    mixed_->set_sum(*current_, *carried);
  }
  const auto snapshot = make_snapshot(carried ? *mixed_ : *current_, false);
  if (!snapshot) return nullptr;
  snapshot->publish = due_for_publication();
  snapshot->energies_carried = carried_.energies();
  return snapshot;
}

SnapshotPtr Accumulator::final_snapshot(const ScanClosed& closed) {
  snapshot_at_ = static_cast<int>(used_.size());
  if (!current_) return nullptr;
  const auto snapshot = make_snapshot(*current_, true);
  if (snapshot) snapshot->scan_status = closed.end.status;
  return snapshot;
}

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
  const bool of_this_scan = map && map->scan_id == scan_->scan_id;
  auto spectrum = phasecast::region_spectrum(carried_.frames(), scan_->shape, region, current_->dictionary(),
                                             of_this_scan ? map : nullptr);
  if (spectrum) spectrum->scan_id = scan_->scan_id;
  return spectrum;
}

Result<References> Accumulator::references() const {
  if (auto error = nothing_to_show()) return *error;
  const Dictionary& dictionary = current_->dictionary();
  References references{scan_->scan_id, dictionary.names(), scan_->energies_ev, {}};
  for (int state = 0; state < dictionary.states(); ++state)
    for (const double energy_ev : scan_->energies_ev)
      references.absorbance.push_back(dictionary.row(energy_ev)(state));
  return references;
}

}  // namespace phasecast
