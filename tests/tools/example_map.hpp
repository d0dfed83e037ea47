#pragma once

#include <limits>
#include <string>
#include <vector>

#include "messages/phase_map.hpp"

namespace phasecast {

/// Every pixel half of each of two states; the first `masked` pixels have no element.
inline PhaseMap example_map(Shape shape = {6, 8}, std::size_t masked = 0) {
  PhaseMap map;
  map.series_id = "series";
  map.scan_id = "0b7f9a2e-6a1d-4c2e-9a3f-d2a6f3c0ffee";
  map.scan_index = 3;
  map.map_number = 57;
  map.final = true;
  map.energies_ev = {8320, 8340, 8350, 8360};
  map.energies_used = {0, 1};
  map.energies_carried = {2};
  map.method = "rum-tv";
  map.iterations = 35;
  map.map_distance = 0.0009;
  map.noise_sigma = 0.021;
  map.converged = true;
  map.received_utc_ns = 1'000'000'000;
  map.published_utc_ns = 1'041'200'000;
  map.shape = shape;
  map.states = {"NiO", "LiNiO2"};
  map.fraction.assign(2 * shape.pixels(), 0.5F);
  map.uncertainty.assign(2 * shape.pixels(), 0.1F);
  map.scale.assign(shape.pixels(), 1);
  map.residual.assign(shape.pixels(), 0.02F);
  map.mask.assign(shape.pixels(), static_cast<std::uint8_t>(PixelMask::valid));
  for (std::size_t pixel = 0; pixel < masked; ++pixel) {
    map.mask[pixel] = static_cast<std::uint8_t>(PixelMask::no_element);
    for (std::size_t state = 0; state < 2; ++state) {
      map.fraction[state * shape.pixels() + pixel] = std::numeric_limits<float>::quiet_NaN();
      map.uncertainty[state * shape.pixels() + pixel] = std::numeric_limits<float>::quiet_NaN();
    }
  }
  return map;
}

}  // namespace phasecast
