#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "messages/phase_map.hpp"
#include "messages/region_spectrum.hpp"
#include "messages/result.hpp"
#include "stages/dictionary.hpp"
#include "stages/half.hpp"

namespace phasecast {

/// One energy's absorbance in memory.
struct HeldFrame {
  std::uint32_t energy_index = 0;
  double energy_ev = 0;
  bool carried = false;  ///< of the previous scan
  std::span<const Half> absorbance;
};

/// Of larger regions every n-th row is taken, so that a viewer's question never holds ingest up.
inline constexpr std::size_t most_region_pixels = 65'536;

/// The mean spectrum of a region of `frames`, which come by increasing energy index; with a map, of those
/// pixels that have a value in it, and what the map makes of the spectrum.
/// Error: "shape" (the region leaves the image).
Result<RegionSpectrum> region_spectrum(std::span<const HeldFrame> frames, Shape shape, const Region& region,
                                       const Dictionary& dictionary, const PhaseMap* map);

}  // namespace phasecast
