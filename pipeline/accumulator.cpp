#include "pipeline/accumulator.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "stages/beam.hpp"

namespace phasecast {
namespace {

std::string mebibytes(std::size_t bytes) {
  return std::to_string(bytes >> 20) + " MiB";
}

}  // namespace

bool Accumulator::goes_on_with(const ScanStart& next) const {
  return scan_ && current_ && scan_->series_id == next.series_id && scan_->shape == next.shape &&
         scan_->energies_ev == next.energies_ev;
}

void Accumulator::open(std::shared_ptr<const ScanStart> scan, const RecordedScan* recording) {
  const bool goes_on = goes_on_with(*scan), has_data = !used_.empty();
  if (!goes_on && current_ && registered_ && scan_->series_id == scan->series_id)
    ledger_.error("scan " + scan->scan_id +
                  ": its images are aligned with each other, not with those of scan " + scan_->scan_id +
                  ", which has another shape or other energies");
  scan_ = std::move(scan);
  used_.clear();
  whole_.reset();
  compared_.reset();
  applied_.reset();
  published_at_ = snapshot_at_ = 0;
  brightest_ = std::numeric_limits<float>::infinity();
  std::vector<Drift> known = recording ? recording->drift : std::vector<Drift>();
  ledger_.update([](Status& status) { status.drift.clear(); });
  if (goes_on) {
    watch_.open(*scan_, true);
    Moments sums =
        *std::exchange(current_, std::nullopt);  // if memory runs out, no sums rather than two scans'
    if (has_data) carried_.next_scan(sums);
    if (registered_) registered_->begin_scan(std::move(known));
    sums.clear();
    current_ = std::move(sums);
    return;
  }

  current_.reset();
  mixed_.reset();
  registered_.reset();
  watch_.open(*scan_, false);
  const std::size_t bytes = scan_->energies_ev.size() * scan_->shape.pixels() * sizeof(Half);
  const bool affordable = bytes <= config_.carry_bytes;
  const bool useful = config_.provisional || applies_shifts(config_);
  carried_.restart(scan_->energies_ev.size(), scan_->shape, affordable && useful);
  if (config_.references.empty()) return ledger_.note("no references given: recording only");
  auto dictionary = Dictionary::make(config_.references, scan_->energies_ev, config_.normalize);
  if (!dictionary)
    return ledger_.error("scan " + scan_->scan_id +
                         " is recorded but cannot be unmixed: " + dictionary.error().text());
  const std::size_t needs = bytes_to_unmix(scan_->shape, *dictionary, useful);
  if (needs > config_.memory_bytes)
    return ledger_.error("scan " + scan_->scan_id + " is recorded but cannot be unmixed: frames of " +
                         std::to_string(scan_->shape.height) + " x " + std::to_string(scan_->shape.width) +
                         " pixels take " + mebibytes(needs) + ", the limit is " +
                         mebibytes(config_.memory_bytes) + " (--unmix-memory)");
  if (config_.registration.mode != Registering::off) {
    if (!Registration::possible(scan_->shape))
      return ledger_.error("scan " + scan_->scan_id + " is recorded but cannot be unmixed: images of " +
                           std::to_string(scan_->shape.height) + " by " + std::to_string(scan_->shape.width) +
                           " pixels are too small for --register, expected " +
                           std::to_string(Registration::least_side) + " or more on a side");
    registered_.emplace(config_.despike, config_.registration, scan_->shape, scan_->energies_ev.front());
    registered_->begin_scan(std::move(known));
  }
  planned_ = std::make_shared<PlannedEnergies::element_type>(energy_rows(*dictionary, scan_->energies_ev));
  current_.emplace(scan_->shape, std::move(*dictionary));
  watch_.open(*scan_, true);
  if (!affordable)
    spdlog::info("scan={} carry=off needs_bytes={} limit_bytes={}", scan_->scan_id, bytes,
                 config_.carry_bytes);
  if (!affordable && applies_shifts(config_))
    ledger_.error("scan " + scan_->scan_id + ": to shift the references its frames must stay in memory, " +
                  std::to_string((bytes >> 20) + 1) + " MiB of --carry: its references stay as they are");
}

/// Why it cannot be used; empty if it can.
std::string Accumulator::fault_of(double energy_ev, const RawFrame& frame) {
  if (!current_->dictionary().covers(energy_ev)) return "outside the references' energies";
  const SeenBeam seen = beam(frame, scan_->shape);
  if (seen.beam == Beam::off_in_flat)
    return "its flat shows no beam: its light does not stand out from its noise";
  if (seen.beam == Beam::off_in_sample)
    return "it shows no beam: its light does not stand out from its noise";
  if (seen.absorbance > brightest_ + most_above_brightest)
    return "it shows no beam: its absorbance, " + std::to_string(seen.absorbance) +
           ", is far above that of the scan's brightest frame, " + std::to_string(brightest_);
  brightest_ = std::min(brightest_, seen.absorbance);
  return "";
}

void Accumulator::leave_out(const EnergyJob& energy, const std::string& why) {
  const std::size_t frames = energy.samples.size() + energy.flats.size() + energy.darks.size();
  ledger_.update([&](Status& status) {
    status.counters.used -= frames;  // as pairing has counted them
    status.counters.unpaired += frames;
  });
  ledger_.error("scan " + scan_->scan_id + ": the frame at " + std::to_string(energy_ev(energy)) +
                " eV is recorded, not in the map: " + why);
}

void Accumulator::count(const EnergyJob& energy) {
  used_.push_back(energy.energy_index);
  last_sequence_ = 0;
  received_utc_ns_ = 0;
  for (const auto* group : {&energy.samples, &energy.flats, &energy.darks})
    for (const auto& admitted : *group) {
      last_sequence_ = std::max(last_sequence_, admitted.frame.header.sequence);
      received_utc_ns_ = std::max(received_utc_ns_, admitted.frame.received_utc_ns);
    }
}

void Accumulator::add(std::span<const EnergyJob> energies) {
  batch_.clear();
  raw_frames_.begin();
  std::vector<std::uint32_t> indices;
  for (const EnergyJob& energy : energies) {
    if (!current_) {
      count(energy);
      continue;
    }
    const double ev = energy_ev(energy);
    const RawFrame frame = raw_frames_.frame(energy);
    if (const std::string fault = fault_of(ev, frame); !fault.empty()) {
      leave_out(energy, fault);
      continue;
    }
    count(energy);
    indices.push_back(energy.energy_index);
    batch_.push_back({ev, frame, carried_.room(energy.energy_index), watch_.room(energy.energy_index, ev),
                      energy.energy_index});
  }
  ledger_.update(
      [&](Status& status) { status.energies_received = static_cast<std::uint32_t>(used_.size()); });
  if (!current_) return;

  const std::size_t aligned = registered_ ? registered_->drift().size() : 0;
  const auto found = sum_up();
  if (registered_) say_drift(aligned);
  for (std::size_t k = 0; k < found.size(); ++k) {
    watch_.came(indices[k]);
    carried_.replace(indices[k], batch_[k].energy_ev, found[k].largest);
    if (found[k].repaired > 0) ledger_.count(&Counters::repaired_pixels, found[k].repaired);
  }
}

std::span<const Ingested> Accumulator::sum_up() {
  try {
    return registered_ ? registered_->add(batch_, *current_) : ingest_.add(batch_, *current_);
  } catch (...) {
    current_.reset();  // half of a batch may be in the sums
    throw;
  }
}

/// Into the status, from this one of the scan's images on.
void Accumulator::say_drift(std::size_t before) {
  const auto fresh = registered_->drift().subspan(before);
  ledger_.update([&](Status& status) {
    status.drift.insert(status.drift.end(), fresh.begin(), fresh.end());
    for (const Drift& drift : fresh) status.counters.unregistered += !drift.trusted;
  });
}

std::shared_ptr<Snapshot> Accumulator::make_snapshot(const Moments& moments, bool final) {
  const auto equations = equations_.take();
  auto formed = moments.normal_equations(std::move(*equations));
  if (!formed) {
    const std::string why = "scan " + scan_->scan_id + ": " + formed.error().text();
    final ? ledger_.error(why) : ledger_.note(why);
    return nullptr;
  }
  *equations = std::move(*formed);
  ledger_.note("");
  const auto snapshot = std::make_shared<Snapshot>();
  snapshot->scan = scan_;
  snapshot->states = moments.dictionary().names();
  snapshot->equations = equations;
  snapshot->planned = planned_;
  snapshot->energies_used = used_;
  std::sort(snapshot->energies_used.begin(), snapshot->energies_used.end());
  if (registered_) snapshot->drift.assign(registered_->drift().begin(), registered_->drift().end());
  snapshot->last_sequence = last_sequence_;
  snapshot->received_utc_ns = received_utc_ns_;
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
  snapshot->whole = complete() && !carried && !may_shift();
  if (snapshot->whole) whole_ = snapshot;
  return snapshot;
}

void Accumulator::compare_references() {
  if (whole_ && !compared_) compared_ = watch_.compare(current_->dictionary(), false);
}

SnapshotPtr Accumulator::final_snapshot(const ScanClosed& closed) {
  snapshot_at_ = static_cast<int>(used_.size());
  if (!current_) return nullptr;
  auto check = compared_ ? *std::exchange(compared_, std::nullopt)
                         : watch_.compare(current_->dictionary(), may_shift());
  const auto shifted = apply_shifts(check);
  const auto snapshot = whole_ ? std::make_shared<Snapshot>(*std::exchange(whole_, nullptr))
                               : make_snapshot(shifted ? shifted->moments : *current_, true);
  if (!snapshot) return nullptr;
  snapshot->whole = snapshot->final = true;
  snapshot->scan_status = closed.end.status;
  if (shifted) {
    snapshot->energies_used = shifted->energies_used;
    applied_ = shifted->moments.dictionary();
  }
  if (check) watch_.say(scan_->scan_id, snapshot->states, *check);
  snapshot->reference_check = std::move(check);
  return snapshot;
}

/// From the frames in memory. Where the shifted references cannot be used after all, `check` becomes that of
/// the references as they are.
std::optional<ShiftedScan> Accumulator::apply_shifts(std::optional<ReferenceCheck>& check) const {
  if (!check || !check->shift_applied) return std::nullopt;
  std::vector<std::uint32_t> indices = used_;
  std::sort(indices.begin(), indices.end());
  std::vector<PlannedFrame> frames;
  for (const std::uint32_t index : indices) frames.push_back({index, carried_.own(index)});
  auto shifted = with_shifted_references(config_, *scan_, *check, frames);
  if (shifted) return *std::move(shifted);
  ledger_.error("scan " + scan_->scan_id +
                ": its references cannot be shifted and stay as they are: " + shifted.error().text());
  check = watch_.compare(current_->dictionary(), false);
  return std::nullopt;
}

}  // namespace phasecast
