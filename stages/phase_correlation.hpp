#pragma once

#include <memory>
#include <span>

#include "messages/image.hpp"

namespace phasecast {

/// How far a frame lies from a reference, to a pixel or so: the peak of their phase correlation (Kuglin and
/// Hines 1975) up to a quarter of the sampling frequency, beyond which there is little but noise.
class PhaseCorrelation {
 public:
  explicit PhaseCorrelation(Shape shape);
  ~PhaseCorrelation();
  PhaseCorrelation(PhaseCorrelation&&) noexcept;

  struct Shift {
    int x = 0, y = 0;
  };
  /// frame(p + shift) ≈ reference(p), up to sign and gain; at most half of the image away. NaN counts as the
  /// mean.
  Shift operator()(std::span<const float> reference, std::span<const float> frame);

 private:
  struct Plans;
  std::unique_ptr<Plans> plans_;
};

}  // namespace phasecast
