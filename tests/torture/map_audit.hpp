#pragma once

#include <optional>

#include "pipeline/unmix_config.hpp"
#include "tests/torture/findings.hpp"
#include "tests/torture/recorded.hpp"

namespace phasecast::torture {

/// The map that these frames give offline, in a graph of their own; nothing if they do not determine one.
std::optional<PhaseMap> offline_map(UnmixConfig unmix, const ScanStart& start,
                                    const std::vector<Frame>& frames);

bool same_bits(const PhaseMap& a, const PhaseMap& b);

struct MapReport {
  std::uint64_t maps = 0, same_bits = 0;
  double largest_rms = 0;  ///< of the fractions, live against offline

  MapReport& operator+=(const MapReport& other);
};

/// Each scan that has a map offline, of the recorded frames that were in time, has the next of the live maps,
/// and there are no others. In lockstep (UnmixConfig::deterministic) they are the same bit for bit.
MapReport audit_maps(const UnmixConfig& unmix, const Leftovers& left, Findings& findings);

}  // namespace phasecast::torture
