#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tests/torture/findings.hpp"
#include "tests/torture/map_audit.hpp"

namespace phasecast::torture {

struct CycleReport {
  Findings findings;
  std::uint64_t frames_received = 0;
  MapReport maps;
};

/// A pipeline is made and stopped at any moment of a stream: before its first message, while frames wait in
/// its socket, with clients in the middle of a question. What was received must be on disk and in a map.
/// `doing` is told each step.
CycleReport run_cycle(std::uint64_t seed, const std::function<void(const std::string&)>& doing);

}  // namespace phasecast::torture
