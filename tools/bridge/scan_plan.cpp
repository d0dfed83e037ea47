#include "tools/bridge/scan_plan.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace phasecast::bridge {
namespace {

CorrectionPlan plan_of(const ScanPlan& plan, FrameKind kind) {
  if (kind == FrameKind::dark) return plan.darks;
  if (kind == FrameKind::flat) return plan.flats;
  return {CorrectionUse::per_energy, plan.sample_repeats};
}

void add(std::vector<Slot>& slots, FrameKind kind, std::uint32_t energy, std::uint32_t repeats) {
  for (std::uint32_t k = 0; k < repeats; ++k) slots.push_back({kind, energy, k});
}

}  // namespace

Result<std::array<FrameKind, 3>> parse_order(const std::string& text) {
  std::array<FrameKind, 3> order{};
  std::istringstream words(text);
  std::size_t found = 0;
  for (std::string word; std::getline(words, word, ','); ++found)
    for (const FrameKind kind : {FrameKind::dark, FrameKind::flat, FrameKind::sample})
      if (word == name_of(kind) && found < 3) order[found] = kind;
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  if (found != 3 || sorted != ScanPlan{}.order)
    return Error{"order", "--order", "", text, "dark, flat and sample, each once, parted by commas"};
  return order;
}

bool is_shared(const ScanPlan& plan, FrameKind kind) {
  return plan_of(plan, kind).use == CorrectionUse::shared;
}

std::vector<Slot> planned_slots(const ScanPlan& plan) {
  const auto samples = std::find(plan.order.begin(), plan.order.end(), FrameKind::sample);
  std::vector<Slot> slots;
  const auto add_shared = [&](auto begin, auto end) {
    for (auto kind = begin; kind != end; ++kind)
      if (is_shared(plan, *kind)) add(slots, *kind, 0, plan_of(plan, *kind).repeats);
  };
  add_shared(plan.order.begin(), samples);
  for (std::uint32_t e = 0; e < plan.energies_ev.size(); ++e)
    for (const FrameKind kind : plan.order)
      if (plan_of(plan, kind).use == CorrectionUse::per_energy)
        add(slots, kind, e, plan_of(plan, kind).repeats);
  add_shared(samples, plan.order.end());
  return slots;
}

std::optional<std::uint64_t> place_of(const std::vector<Slot>& slots, FrameKind kind, std::uint64_t nth) {
  for (std::uint64_t place = 0; place < slots.size(); ++place)
    if (slots[place].kind == kind && nth-- == 0) return place;
  return std::nullopt;
}

std::uint64_t count_of(const std::vector<Slot>& slots, FrameKind kind) {
  return static_cast<std::uint64_t>(
      std::count_if(slots.begin(), slots.end(), [&](const Slot& slot) { return slot.kind == kind; }));
}

std::optional<std::uint32_t> energy_index(const std::vector<double>& energies_ev, double energy_ev,
                                          double tolerance_ev) {
  const auto distance = [&](double e) { return std::abs(e - energy_ev); };
  const auto nearest = std::min_element(energies_ev.begin(), energies_ev.end(),
                                        [&](double a, double b) { return distance(a) < distance(b); });
  if (nearest == energies_ev.end() || !(distance(*nearest) <= tolerance_ev)) return std::nullopt;
  return static_cast<std::uint32_t>(nearest - energies_ev.begin());
}

}  // namespace phasecast::bridge
