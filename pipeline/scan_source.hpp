#pragma once

#include <cstdint>

#include "messages/result.hpp"
#include "messages/scan.hpp"

namespace phasecast {

/// One scan that can be handed out frame by frame: a simulation or a file. Frame k carries sequence k.
class ScanSource {
 public:
  virtual ~ScanSource() = default;
  virtual const ScanStart& start() const = 0;
  virtual std::uint64_t frame_count() const = 0;
  virtual Result<Frame> frame(std::uint64_t sequence) = 0;
  virtual ScanEnd end() const = 0;
};

}  // namespace phasecast
