#pragma once

#include <cstdint>
#include <vector>

#include "tools/simulate/scenes.hpp"

namespace phasecast {

/// A reaction that enters each grain at its surface and moves inward through the states 1 → 2 → … → L, each
/// following the one before. Every grain starts at its own time and reacts at its own speed.
struct Reaction {
  int states = 2;
  double front_width_px = 4;  ///< from unreacted to reacted; 0 = sharp
  std::uint64_t seed = 0;
};

/// Truth at a time between 0 (nothing has reacted) and 1 (most grains are through): [L, Y, X], sums to one
/// where there is material, NaN where there is none.
std::vector<float> phase_fractions(const Scene& scene, const Reaction& reaction, double time);

}  // namespace phasecast
