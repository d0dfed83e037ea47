#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "messages/phase_map.hpp"
#include "tools/feed.hpp"

namespace phasecast {

/// Keeps DIR/latest.png at the newest map, provisional ones at most once a second, and writes each final map
/// as DIR/scan_000_final.png (with `every_map` the others too, as DIR/scan_000_map_000012.png).
class Pictures {
 public:
  /// Makes the folder. Throws std::filesystem::filesystem_error if it cannot.
  Pictures(std::filesystem::path folder, bool every_map);

  void take(std::shared_ptr<const PhaseMap> map);
  /// When the newest map is due to be written, if one waits.
  std::optional<Clock::time_point> due() const;
  void write_due(Clock::time_point now);
  /// Writes what waits.
  void finish();

 private:
  void write_latest();

  std::filesystem::path folder_;
  bool every_map_;
  std::shared_ptr<const PhaseMap> waiting_;
  Clock::time_point next_{};
};

}  // namespace phasecast
