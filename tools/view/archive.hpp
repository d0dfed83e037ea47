#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "messages/phase_map.hpp"
#include "messages/scan.hpp"
#include "tools/map_means.hpp"

namespace phasecast {

/// The maps of the past, for scrubbing back: as many as a budget of memory holds. Beyond it the oldest
/// provisional maps go first, then the oldest final ones. Any thread.
class Archive {
 public:
  struct Entry {
    std::uint32_t run = 0;  ///< counts pipelines: one that was started anew counts its maps from 0 again
    std::shared_ptr<const PhaseMap> map;
    std::map<std::string, std::string> metadata;  ///< of the scan
    std::optional<MapMeans> means;                ///< of the whole map
  };

  explicit Archive(std::size_t budget_bytes) : budget_bytes_(budget_bytes) {}

  void take(const ScanStart& scan);
  /// False if the map is here already: a publisher sends its newest again to every newcomer.
  bool take(PhaseMap map);

  /// Oldest first.
  std::vector<Entry> entries() const;
  std::shared_ptr<const PhaseMap> find(std::uint32_t run, std::uint64_t map_number) const;

 private:
  void make_room();

  const std::size_t budget_bytes_;
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
  std::deque<ScanStart> scans_;  // the newest few: a scan's final map may come after the next scan's start
  std::uint32_t run_ = 0;
};

}  // namespace phasecast
