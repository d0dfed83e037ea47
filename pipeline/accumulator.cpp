#include "pipeline/accumulator.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace phasecast {
namespace {

bool covered(const std::vector<Spectrum>& references, double energy_ev) {
  return std::all_of(references.begin(), references.end(), [&](const Spectrum& reference) {
    return energy_ev >= reference.energy_ev.front() && energy_ev <= reference.energy_ev.back();
  });
}

}  // namespace

bool Accumulator::can_carry(const ScanStart& next) const {
  return scan_ && current_ && !used_.empty() && scan_->series_id == next.series_id &&
         scan_->shape == next.shape && scan_->energies_ev == next.energies_ev && !kept_.empty();
}

void Accumulator::open(std::shared_ptr<const ScanStart> scan) {
  carried_.reset();
  last_kept_.clear();
  if (can_carry(*scan)) {
    carried_ = std::move(current_);
    last_kept_ = std::move(kept_);
  }
  current_.reset();
  kept_.clear();
  used_.clear();
  published_at_ = 0;
  scan_ = std::move(scan);

  if (config_.references.empty()) return ledger_.note("no references given: recording only");
  auto dictionary = Dictionary::make(config_.references, scan_->energies_ev, config_.normalize);
  if (!dictionary)
    return ledger_.error("scan " + scan_->scan_id +
                         " is recorded but cannot be unmixed: " + dictionary.error().text());
  current_.emplace(scan_->shape, std::move(*dictionary));

  const std::size_t bytes = scan_->energies_ev.size() * scan_->shape.pixels() * sizeof(float);
  if (bytes <= config_.carry_bytes)
    kept_.resize(scan_->energies_ev.size());
  else
    spdlog::info("scan={} carry=off needs_bytes={} limit_bytes={}", scan_->scan_id, bytes,
                 config_.carry_bytes);
}

void Accumulator::add(const EnergyAbsorbance& energy) {
  if (current_ && !covered(config_.references, energy.energy_ev)) {
    ledger_.count(&Counters::unpaired);
    return ledger_.error("scan " + scan_->scan_id + ": a frame at " + std::to_string(energy.energy_ev) +
                         " eV is outside the references' energies: recorded, not in the map");
  }
  used_.push_back(energy.energy_index);
  last_sequence_ = energy.last_sequence;
  received_utc_ns_ = energy.received_utc_ns;
  ledger_.update(
      [&](Status& status) { status.energies_received = static_cast<std::uint32_t>(used_.size()); });
  if (!current_) return;

  current_->add(energy.energy_ev, *energy.absorbance);
  if (!kept_.empty()) kept_[energy.energy_index] = {energy.energy_ev, energy.absorbance};
  if (carried_ && last_kept_[energy.energy_index].absorbance) {
    Kept& old = last_kept_[energy.energy_index];
    carried_->add(old.energy_ev, *old.absorbance, -1);
    old.absorbance.reset();
  }
}

std::shared_ptr<Snapshot> Accumulator::make_snapshot(const Moments& moments, bool final) {
  auto equations = moments.normal_equations();
  if (!equations) {
    const std::string why = "scan " + scan_->scan_id + ": " + equations.error().text();
    final ? ledger_.error(why) : ledger_.note(why);
    return nullptr;
  }
  ledger_.note("");
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->scan = scan_;
  snapshot->states = moments.dictionary().names();
  snapshot->equations = std::move(*equations);
  snapshot->energies_used = used_;
  std::sort(snapshot->energies_used.begin(), snapshot->energies_used.end());
  snapshot->last_sequence = last_sequence_;
  snapshot->received_utc_ns = received_utc_ns_;
  snapshot->final = final;
  return snapshot;
}

bool Accumulator::due_for_publication() {
  const int received = static_cast<int>(used_.size());
  const bool last = used_.size() == scan_->energies_ev.size();
  if (received - published_at_ < config_.map_every && !last) return false;
  published_at_ = received;
  return true;
}

SnapshotPtr Accumulator::snapshot() {
  if (!current_) return nullptr;
  std::optional<Moments> mixed;
  if (carried_) {
    mixed = *current_;
    mixed->add(*carried_);
  }
  const auto snapshot = make_snapshot(mixed ? *mixed : *current_, false);
  if (!snapshot) return nullptr;
  snapshot->publish = due_for_publication();
  for (std::size_t k = 0; k < last_kept_.size(); ++k)
    if (last_kept_[k].absorbance) snapshot->energies_carried.push_back(static_cast<std::uint32_t>(k));
  return snapshot;
}

SnapshotPtr Accumulator::final_snapshot(const ScanClosed& closed) {
  if (!current_) return nullptr;
  const auto snapshot = make_snapshot(*current_, true);
  if (snapshot) snapshot->scan_status = closed.end.status;
  return snapshot;
}

}  // namespace phasecast
