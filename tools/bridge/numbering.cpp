#include "tools/bridge/numbering.hpp"

namespace phasecast::bridge {

std::string where(const ForeignFrame& frame) {
  return "frame " + std::to_string(frame.number);
}

Result<std::optional<Position>> Numbering::position(const ForeignFrame& frame,
                                                    const std::vector<Slot>& slots) {
  if (rule_.per_kind && !frame.kind)
    return Error{"kind", where(frame), "kind", "", "dark, flat or sample: the source numbers each by itself"};
  if (!base_) base_ = rule_.first.value_or(rule_.per_kind ? 0 : frame.number);
  if (frame.number < *base_) return std::optional<Position>();
  const std::uint64_t offset = frame.number - *base_;
  if (!rule_.per_kind)
    return std::optional<Position>({offset / slots.size(), offset % slots.size(), offset == 0});
  const std::uint64_t count = count_of(slots, *frame.kind);
  if (count == 0)
    return Error{"plan", where(frame), "kind", std::string(name_of(*frame.kind)), "one that is planned"};
  return std::optional<Position>(
      {offset / count, *place_of(slots, *frame.kind, offset % count), offset == 0});
}

}  // namespace phasecast::bridge
