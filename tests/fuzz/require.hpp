#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace phasecast::fuzz {

/// What must hold for any input; what does not is a finding.
inline void require(bool holds, std::string_view claim) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(claim.size()), claim.data());
  std::abort();
}

}  // namespace phasecast::fuzz
