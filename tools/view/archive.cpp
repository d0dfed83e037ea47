#include "tools/view/archive.hpp"

#include <algorithm>

namespace phasecast {
namespace {

constexpr std::size_t scans_remembered = 16;

std::size_t bytes_of(const PhaseMap& map) {
  return sizeof(float) *
             (map.fraction.size() + map.scale.size() + map.residual.size() + map.uncertainty.size()) +
         map.mask.size();
}

bool is_same(const PhaseMap& a, const PhaseMap& b) {
  return a.map_number == b.map_number && a.scan_id == b.scan_id && a.published_utc_ns == b.published_utc_ns;
}

}  // namespace

void Archive::take(const ScanStart& scan) {
  std::lock_guard lock(mutex_);
  scans_.push_front(scan);
  if (scans_.size() > scans_remembered) scans_.pop_back();
}

bool Archive::take(PhaseMap map) {
  Entry entry;
  entry.means = means_of(map, std::nullopt);
  std::lock_guard lock(mutex_);
  if (!entries_.empty() && is_same(*entries_.back().map, map)) return false;
  if (!entries_.empty() && map.map_number <= entries_.back().map->map_number) ++run_;
  entry.run = run_;
  const auto scan = std::find_if(scans_.begin(), scans_.end(),
                                 [&](const ScanStart& start) { return start.scan_id == map.scan_id; });
  if (scan != scans_.end()) entry.metadata = scan->metadata;
  bytes_ += bytes_of(map);
  entry.map = std::make_shared<const PhaseMap>(std::move(map));
  entries_.push_back(std::move(entry));
  make_room();
  return true;
}

/// The newest map stays, whatever its size.
void Archive::make_room() {
  while (bytes_ > budget_bytes_ && entries_.size() > 1) {
    const auto end = std::prev(entries_.end());
    auto oldest = std::find_if(entries_.begin(), end, [](const Entry& entry) { return !entry.map->final; });
    if (oldest == end) oldest = entries_.begin();
    bytes_ -= bytes_of(*oldest->map);
    entries_.erase(oldest);
  }
}

std::vector<Archive::Entry> Archive::entries() const {
  std::lock_guard lock(mutex_);
  return {entries_.begin(), entries_.end()};
}

std::shared_ptr<const PhaseMap> Archive::find(std::uint32_t run, std::uint64_t map_number) const {
  std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.run == run && entry.map->map_number == map_number;
  });
  return found == entries_.end() ? nullptr : found->map;
}

}  // namespace phasecast
