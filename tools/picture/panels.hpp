#pragma once

#include <cstddef>
#include <span>

#include "messages/image.hpp"
#include "messages/phase_map.hpp"
#include "tools/picture/colormap.hpp"

namespace phasecast {

/// The map with every factor × factor block of pixels averaged into one, over its valid pixels. A block is
/// valid if at least half of it is. Rows and columns that do not fill a block are left out.
PhaseMap shrink(const PhaseMap& map, int factor);

/// True if all states fit into one color.
bool has_composite(const PhaseMap& map);
Image<Rgb> composite_image(const PhaseMap& map);
Image<Rgb> fraction_image(const PhaseMap& map, std::size_t state);

/// What a color bar ends at: 99.5 % of the valid pixels are below, so that one hot pixel does not darken the
/// rest. `exceeded` tells that some are above.
struct Top {
  double value = 0;
  bool exceeded = false;
};
Top top_of(const PhaseMap& map, std::span<const float> values);
Image<Rgb> magnitude_image(const PhaseMap& map, std::span<const float> values, double top);

/// The largest uncertainty over the states, [Y, X].
std::vector<float> largest_uncertainty(const PhaseMap& map);

}  // namespace phasecast
