#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "messages/phase_map.hpp"
#include "pipeline/unmix_config.hpp"
#include "tests/torture/books.hpp"
#include "tests/torture/findings.hpp"

namespace phasecast::torture {

/// What the books cannot know when scans also close by the clock: which frames were late, in which order
/// frames were recorded, how a scan ended.
enum class Clock { none, decides };

/// The pipeline's counters at its end against the books.
void audit_counters(const Status& status, const Books& books, Clock clock, Findings& findings);

/// A recording against the books: each frame once, bit for bit. Gives back those that are for the map, as the
/// recording orders them.
std::vector<Frame> audit_recording(const std::filesystem::path& file, const ExpectedScan& scan, Clock clock,
                                   Findings& findings);

/// The map that these frames give offline; nothing if they do not determine one.
std::optional<PhaseMap> offline_map(UnmixConfig unmix, const ScanStart& start,
                                    const std::vector<Frame>& frames);

/// How far a live final map may be from the offline one of the same frames.
struct MapDifference {
  double rms = 0;          ///< of the fractions where both have one
  std::size_t mask = 0;    ///< pixels masked in one and not in the other
  bool same_bits = false;  ///< in every layer
};
MapDifference difference(const PhaseMap& live, const PhaseMap& offline);

}  // namespace phasecast::torture
