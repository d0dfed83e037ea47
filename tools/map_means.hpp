#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "messages/phase_map.hpp"
#include "messages/region_spectrum.hpp"

namespace phasecast {

/// Means over the valid pixels of a map or of a region of it.
struct MapMeans {
  std::vector<double> fraction;     ///< [L], weighted by the scale
  std::vector<double> uncertainty;  ///< [L], one standard deviation of that mean, from noise alone
  double scale = 0;
  double residual = 0;     ///< absorbance
  std::size_t pixels = 0;  ///< valid ones
};

/// Nothing where no pixel of the region is valid, or none has a scale to weigh with.
std::optional<MapMeans> means_of(const PhaseMap& map, const std::optional<Region>& region);

}  // namespace phasecast
