#pragma once

#include <optional>

#include "messages/spectrum.hpp"
#include "stages/dictionary.hpp"

namespace phasecast {

/// Where a spectrum rises, and by how much, with Larch's names: post-edge minus pre-edge polynomial at e0.
struct AbsorptionEdge {
  double e0_ev =
      0;  ///< the point of steepest rise, by the line through it and its two neighbors on either side
  EnergyWindow pre_edge, post_edge;
  int post_order = 0;    ///< nnorm; the pre-edge polynomial is a line
  double edge_step = 0;  ///< in the unit of μ
};

/// By Larch's defaults: the pre-edge is fitted from the second point to half way to e0; the post-edge from 25
/// eV behind e0 (a fifteenth of what follows, if that is less) to the end, by a parabola over 300 eV or more,
/// by a line over 30 or more, else by its mean. A window that is given (high above low) is taken instead.
/// Nothing for a spectrum that has no rise, or fewer than three points in one of the windows.
std::optional<AbsorptionEdge> find_edge(const Spectrum& spectrum, const EnergyWindow& pre_edge = {},
                                        const EnergyWindow& post_edge = {});

}  // namespace phasecast
