#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/image.hpp"
#include "tools/simulate/random.hpp"

namespace phasecast {

inline constexpr float full_scale_counts = 65535;

struct DetectorConfig {
  double noise = 0.05;    ///< standard deviation of one absorbance value
  double flat_drift = 0;  ///< change of the open beam, relative to its mean
  double hot_pixels =
      1e-4;  ///< share of the pixels stuck at full scale, and of those hit in each sample frame
  std::uint64_t seed = 1;
};

/// A camera behind a structured beam. Darks and flats are free of noise; the noise of a sample frame is that
/// of its absorbance.
class Detector {
 public:
  Detector(Shape shape, const DetectorConfig& config);

  const std::vector<float>& dark() const { return dark_; }
  /// Counts of the open beam above the dark at `time` (in scans). The beam's brightness and position wander:
  /// to first order a sum of three fixed images.
  std::vector<float> beam(double time) const;
  const std::vector<std::size_t>& stuck() const { return stuck_; }

  /// Rounds to 16 bits; what is beyond full scale reads full scale, as on a real camera.
  std::vector<std::byte> read_out(std::span<const float> counts) const;

 private:
  DetectorConfig config_;
  std::vector<float> dark_;
  std::vector<float> beam_;     // mean counts
  std::vector<float> shift_y_;  // change of beam_ as the beam moves, RMS 1 relative to beam_'s mean
  std::vector<float> shift_x_;
  std::vector<std::size_t> stuck_;
};

/// Cosmic rays and the like: adds a large positive number to about `share` of the pixels.
void add_zingers(double share, Random& random, std::span<float> counts);

}  // namespace phasecast
