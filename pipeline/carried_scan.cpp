#include "pipeline/carried_scan.hpp"

#include <algorithm>
#include <utility>

namespace phasecast {
namespace {

constexpr std::size_t most_replaced = 16;  // this many are taken out of the sums at once

}  // namespace

void CarriedScan::restart(std::size_t energies, Shape shape, bool keep) {
  *this = {};
  pixels_ = shape.pixels();
  if (keep) kept_.resize(energies);
}

void CarriedScan::next_scan(const Moments& of_last_scan) {
  if (kept_.empty()) return;
  if (!sums_) sums_.emplace(of_last_scan.shape(), of_last_scan.dictionary());
  for (auto* list : {&standing_in_, &replaced_})
    for (Kept& frame : *list)
      if (!frame.absorbance.empty()) spare_.push_back(std::move(frame.absorbance));
  replaced_.clear();
  standing_in_ = std::exchange(kept_, std::vector<Kept>(kept_.size()));
  summed_ = false;
}

std::span<Half> CarriedScan::room(std::uint32_t energy_index) {
  if (kept_.empty()) return {};
  std::vector<Half>& absorbance = kept_[energy_index].absorbance;
  if (absorbance.empty() && !spare_.empty()) {
    absorbance = std::move(spare_.back());
    spare_.pop_back();
  }
  absorbance.resize(pixels_);
  return absorbance;
}

void CarriedScan::replace(std::uint32_t energy_index, double energy_ev, float largest) {
  if (kept_.empty()) return;
  kept_[energy_index].energy_ev = energy_ev;
  kept_[energy_index].largest = largest;
  if (standing_in_.empty() || standing_in_[energy_index].absorbance.empty()) return;
  Kept old = std::exchange(standing_in_[energy_index], {});
  if (!summed_) return spare_.push_back(std::move(old.absorbance));
  replaced_.push_back(std::move(old));
  if (replaced_.size() == most_replaced) take_out_replaced();
}

void CarriedScan::take_out_replaced() {
  add_kept(views(replaced_), -1, *sums_);
  for (Kept& frame : replaced_) spare_.push_back(std::move(frame.absorbance));
  replaced_.clear();
}

std::vector<std::uint32_t> CarriedScan::energies() const {
  std::vector<std::uint32_t> list;
  for (std::size_t k = 0; k < standing_in_.size(); ++k)
    if (!standing_in_[k].absorbance.empty()) list.push_back(static_cast<std::uint32_t>(k));
  return list;
}

const Moments* CarriedScan::moments() {
  const bool none = std::all_of(standing_in_.begin(), standing_in_.end(),
                                [](const Kept& frame) { return frame.absorbance.empty(); });
  if (none) return nullptr;
  if (!summed_) {
    sums_->clear();
    add_kept(views(standing_in_), 1, *sums_);
    summed_ = true;
  } else if (!replaced_.empty()) {
    take_out_replaced();
  }
  return &*sums_;
}

KeptFrame CarriedScan::own(std::uint32_t energy_index) const {
  const Kept& frame = kept_.at(energy_index);
  return {frame.energy_ev, frame.largest, frame.absorbance};
}

std::vector<HeldFrame> CarriedScan::frames() const {
  std::vector<HeldFrame> list;
  for (std::size_t k = 0; k < kept_.size(); ++k) {
    const bool fresh = !kept_[k].absorbance.empty();
    const bool carried = !fresh && !standing_in_.empty() && !standing_in_[k].absorbance.empty();
    if (!fresh && !carried) continue;
    const Kept& frame = fresh ? kept_[k] : standing_in_[k];
    list.push_back({static_cast<std::uint32_t>(k), frame.energy_ev, carried, frame.absorbance});
  }
  return list;
}

std::vector<KeptFrame> CarriedScan::views(std::span<const Kept> frames) {
  std::vector<KeptFrame> list;
  for (const Kept& frame : frames)
    if (!frame.absorbance.empty()) list.push_back({frame.energy_ev, frame.largest, frame.absorbance});
  return list;
}

}  // namespace phasecast
