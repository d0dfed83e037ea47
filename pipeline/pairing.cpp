#include "pipeline/pairing.hpp"

#include <algorithm>
#include <span>

#include "stages/absorbance.hpp"
#include "stages/parallel.hpp"

namespace phasecast {
namespace {

std::size_t planned(const CorrectionPlan& plan, CorrectionUse use) {
  return plan.use == use ? plan.repeats : 0;
}

std::size_t bytes_of(const std::vector<AdmittedFrame>& frames) {
  std::size_t bytes = 0;
  for (const auto& admitted : frames) bytes += admitted.frame.pixels.bytes.size();
  return bytes;
}

}  // namespace

void mean_into(std::vector<float>& mean, const std::vector<AdmittedFrame>& frames) {
  const FrameHeader& header = frames.front().frame.header;
  const std::size_t pixel_bytes = bytes_per_pixel(header.pixel_type);
  const float share = 1.0f / static_cast<float>(frames.size());
  mean.resize(header.shape.pixels());
  for_blocks(mean.size(), [&](std::size_t begin, std::size_t end) {
    const auto part = std::span(mean).subspan(begin, end - begin);
    std::fill(part.begin(), part.end(), 0.0f);
    for (const auto& admitted : frames)
      add_pixels(admitted.frame.pixels.bytes.subspan(begin * pixel_bytes, part.size() * pixel_bytes),
                 header.pixel_type, part);
    for (float& value : part) value *= share;
  });
}

MeanImage mean_of(const std::vector<AdmittedFrame>& frames) {
  if (frames.empty()) return nullptr;
  std::vector<float> mean;
  mean_into(mean, frames);
  return std::make_shared<const std::vector<float>>(std::move(mean));
}

Pairing::Pairing(std::size_t hold_bytes, Ledger& ledger, Emit emit)
    : hold_bytes_(hold_bytes), ledger_(ledger), emit_(std::move(emit)) {}

void Pairing::take(Event event) {
  if (const auto* opened = std::get_if<ScanOpened>(&event)) return open(*opened);
  if (const auto* closed = std::get_if<ScanClosed>(&event)) return close(*closed);
  auto& admitted = std::get<AdmittedFrame>(event);
  if (!admitted.late) add(std::move(admitted));
}

void Pairing::open(const ScanOpened& opened) {
  scan_ = opened.scan;
  emit_(OpenJob{scan_, opened.recording});
}

void Pairing::add(AdmittedFrame admitted) {
  const FrameHeader header = admitted.frame.header;
  held_bytes_ += admitted.frame.pixels.bytes.size();
  const auto belongs = [&](const CorrectionPlan& plan, std::vector<AdmittedFrame>& shared,
                           std::vector<AdmittedFrame>& own) {
    (plan.use == CorrectionUse::shared ? shared : own).push_back(std::move(admitted));
  };
  Group& group = waiting_[header.energy_index];
  switch (header.kind) {
    case FrameKind::sample:
      group.samples.push_back(std::move(admitted));
      break;
    case FrameKind::flat:
      belongs(scan_->flats, shared_flats_, group.flats);
      break;
    case FrameKind::dark:
      belongs(scan_->darks, shared_darks_, group.darks);
      break;
  }
  emit_complete();
  release_tickets(header.energy_index);
  drop_to_budget();
  ledger_.depth("hold", waiting_.size());
}

bool Pairing::complete(const Group& group) const {
  return group.samples.size() == scan_->sample_repeats &&
         group.flats.size() == planned(scan_->flats, CorrectionUse::per_energy) &&
         group.darks.size() == planned(scan_->darks, CorrectionUse::per_energy);
}

bool Pairing::usable(const Group& group) const {
  return !group.samples.empty() && (scan_->flats.use != CorrectionUse::per_energy || !group.flats.empty()) &&
         (scan_->darks.use != CorrectionUse::per_energy || !group.darks.empty());
}

bool Pairing::shared_ready(bool at_end) const {
  const auto ready = [&](const std::vector<AdmittedFrame>& frames, const CorrectionPlan& plan) {
    const std::size_t wanted = planned(plan, CorrectionUse::shared);
    return frames.size() == wanted || (at_end && !frames.empty());
  };
  return ready(shared_flats_, scan_->flats) && ready(shared_darks_, scan_->darks);
}

void Pairing::emit_complete() {
  if (!shared_ready(false)) return;
  for (auto item = waiting_.begin(); item != waiting_.end();) {
    if (complete(item->second)) {
      emit_group(item->first, std::move(item->second));
      item = waiting_.erase(item);
    } else {
      ++item;
    }
  }
}

void Pairing::emit_group(std::uint32_t energy_index, Group group) {
  std::size_t used = group.samples.size() + group.flats.size() + group.darks.size();
  held_bytes_ -= bytes_of(group.samples) + bytes_of(group.flats) + bytes_of(group.darks);
  if (!shared_flat_ && !shared_flats_.empty()) {
    shared_flat_ = mean_of(shared_flats_);
    used += shared_flats_.size();
  }
  if (!shared_dark_ && !shared_darks_.empty()) {
    shared_dark_ = mean_of(shared_darks_);
    used += shared_darks_.size();
  }
  ledger_.count(&Counters::used, used);
  emit_(EnergyJob{scan_, energy_index, std::move(group.samples), std::move(group.flats),
                  std::move(group.darks), shared_flat_, shared_dark_});
}

void Pairing::close(const ScanClosed& closed) {
  const bool shared = shared_ready(true);
  for (auto& [energy_index, group] : waiting_) {
    if (shared && usable(group))
      emit_group(energy_index, std::move(group));
    else
      unpaired(energy_index, group);
  }
  // Shared corrections that no energy needed are as little in the map.
  ledger_.count(&Counters::unpaired,
                (shared_flat_ ? 0 : shared_flats_.size()) + (shared_dark_ ? 0 : shared_darks_.size()));
  waiting_.clear();
  shared_flats_.clear();
  shared_darks_.clear();
  shared_flat_.reset();
  shared_dark_.reset();
  held_bytes_ = 0;
  ledger_.depth("hold", 0);
  emit_(CloseJob{closed});
}

/// Frames that have to wait count against the hold budget instead, so that the correction they wait for is
/// let in.
void Pairing::release_tickets(std::uint32_t energy_index) {
  const auto release = [](std::vector<AdmittedFrame>& frames) {
    for (auto& admitted : frames) admitted.ticket.reset();
  };
  release(shared_flats_);
  release(shared_darks_);
  const auto group = waiting_.find(energy_index);
  if (group == waiting_.end()) return;
  release(group->second.samples);
  release(group->second.flats);
  release(group->second.darks);
}

void Pairing::drop_to_budget() {
  while (held_bytes_ > hold_bytes_ && !waiting_.empty()) {
    const auto oldest = waiting_.begin();
    const Group& group = oldest->second;
    held_bytes_ -= bytes_of(group.samples) + bytes_of(group.flats) + bytes_of(group.darks);
    unpaired(oldest->first, group);
    waiting_.erase(oldest);
  }
}

void Pairing::unpaired(std::uint32_t energy_index, const Group& group) {
  const std::size_t frames = group.samples.size() + group.flats.size() + group.darks.size();
  if (frames == 0) return;
  ledger_.count(&Counters::unpaired, frames);
  ledger_.error(
      "scan " + scan_->scan_id + ": energy " + std::to_string(scan_->energies_ev[energy_index]) +
      " eV is recorded but not in the map: its sample, flat or dark frames did not all come in time");
}

}  // namespace phasecast
