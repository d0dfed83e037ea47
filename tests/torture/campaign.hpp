#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tests/torture/findings.hpp"
#include "tests/torture/map_audit.hpp"

namespace phasecast::torture {

struct CampaignReport {
  Findings findings;
  std::uint64_t messages = 0, frames_received = 0, scans_opened = 0, scans_closed_by_time = 0;
  MapReport maps;
};

/// One pipeline in this process, `scans` scans of a source over a real socket with all that can go wrong on
/// the way, then the audit: counters, recordings, maps. All follows from the seed. `doing` is told each step.
CampaignReport run_campaign(std::uint64_t seed, int scans,
                            const std::function<void(const std::string&)>& doing);

}  // namespace phasecast::torture
