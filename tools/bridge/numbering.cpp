#include "tools/bridge/numbering.hpp"

#include <algorithm>

namespace phasecast::bridge {

std::string where(const ForeignFrame& frame) {
  return "frame " + std::to_string(frame.number);
}

void Numbering::begin_again() {
  for (const auto& [count, number] : newest_) before_[count] = number;
  newest_.clear();
  base_.clear();
}

void Numbering::took(const ForeignFrame& frame) {
  std::uint64_t& newest = newest_.try_emplace(count_of_its_own(frame), frame.number).first->second;
  newest = std::max(newest, frame.number);
}

bool Numbering::is_newer(const ForeignFrame& frame) const {
  const auto newest = newest_.find(count_of_its_own(frame));
  return newest == newest_.end() || frame.number > newest->second;
}

std::uint64_t Numbering::first_of_scan(const ForeignFrame& frame) const {
  const auto before = before_.find(count_of_its_own(frame));
  if (rule_.goes_on && before != before_.end() && frame.number > before->second) return frame.number;
  return rule_.first.value_or(rule_.per_kind ? 0 : frame.number);
}

Result<std::optional<Position>> Numbering::position(const ForeignFrame& frame,
                                                    const std::vector<Slot>& slots) {
  if (rule_.per_kind && !frame.kind)
    return Error{"kind", where(frame), "kind", "", "dark, flat or sample: the source numbers each by itself"};
  const std::uint64_t base = base_.try_emplace(count_of_its_own(frame), first_of_scan(frame)).first->second;
  if (frame.number < base) return std::optional<Position>();
  const std::uint64_t offset = frame.number - base;
  if (!rule_.per_kind)
    return std::optional<Position>({offset / slots.size(), offset % slots.size(), offset == 0});
  const std::uint64_t count = count_of(slots, *frame.kind);
  if (count == 0)
    return Error{"plan", where(frame), "kind", std::string(name_of(*frame.kind)), "one that is planned"};
  return std::optional<Position>(
      {offset / count, *place_of(slots, *frame.kind, offset % count), offset == 0});
}

}  // namespace phasecast::bridge
