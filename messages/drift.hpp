#pragma once

#include <cstdint>

namespace phasecast {

/// Where an energy's image lies against the scan's reference image, as measured by registration.
struct Drift {
  std::uint32_t energy_index = 0;
  double x = 0;              ///< pixels; positive: the object has moved toward larger columns
  double y = 0;              ///< pixels; positive: toward larger rows
  double magnification = 1;  ///< of the object about the image's center, against the reference image
  double quality = 0;        ///< 0 to 1: how well the images agree once aligned
  bool trusted = false;      ///< false: flagged; this measurement was not applied
};

}  // namespace phasecast
