#pragma once

#include <cstdint>
#include <vector>

namespace phasecast {

/// What goes wrong on the way, on purpose.
struct Faults {
  double loss = 0;            ///< share of the frames never sent
  double duplicate = 0;       ///< share of the frames sent twice
  std::uint64_t shuffle = 0;  ///< frames sent out of order, displaced by less than this many places
  bool early_end = false;     ///< ScanEnd overtakes the last frames
  std::uint64_t seed = 1;
};

/// The sequences of one scan in the order they are sent.
struct SendOrder {
  std::vector<std::uint64_t> sequences;
  std::uint64_t skipped = 0;
  std::uint64_t duplicated = 0;
};

SendOrder send_order(std::uint64_t frames, const Faults& faults, std::uint32_t scan_index);

}  // namespace phasecast
