#pragma once

#include "messages/wire/codec.hpp"
#include "tests/torture/random_scan.hpp"

namespace phasecast::torture {

/// One scan without faults again and again, each time with an id of its own: two states, 30 energies, a
/// shared dark and flat, uint16.
class SteadyScans {
 public:
  explicit SteadyScans(int side);
  /// The messages of the next scan.
  std::vector<Parts> next();

  const UnmixConfig& unmix() const { return unmix_; }
  std::uint64_t frames_per_scan() const { return scan_.frames.size(); }
  std::uint64_t pixel_bytes_per_scan() const {
    return frames_per_scan() * scan_.start.shape.pixels() * bytes_per_pixel(scan_.start.pixel_type);
  }
  std::uint64_t sent() const { return sent_; }
  std::string last_id() const { return scan_.start.scan_id; }

 private:
  UnmixConfig unmix_;
  RandomScan scan_;
  std::uint64_t sent_ = 0;
};

}  // namespace phasecast::torture
