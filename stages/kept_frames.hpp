#pragma once

#include <span>

#include "stages/half.hpp"
#include "stages/moments.hpp"

namespace phasecast {

/// One energy's absorbance as it is kept.
struct KeptFrame {
  double energy_ev = 0;
  float largest = 0;  ///< finite |absorbance|
  std::span<const Half> absorbance;
};

/// Adds frames to the moments (weight 1) or takes them out again (weight −1), all in one sweep.
void add_kept(std::span<const KeptFrame> frames, double weight, Moments& sums);

}  // namespace phasecast
