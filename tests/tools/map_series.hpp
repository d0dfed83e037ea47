#pragma once

#include <bit>
#include <cstdint>
#include <random>

#include "tests/tools/example_map.hpp"

namespace phasecast {

/// Scan k of a series: other numbers in every pixel, some masked; every bit of what is written matters.
inline PhaseMap numbered_map(std::uint32_t k, Shape shape = {5, 7}) {
  PhaseMap map = example_map(shape);
  map.scan_id = "scan-" + std::to_string(k);
  map.scan_index = 10 + k;
  map.received_utc_ns = 1'000'000'000 + 2'500'000'000LL * k;
  map.published_utc_ns = 0;
  map.pixel_size_um = 0.04;
  std::mt19937 random(k);
  std::uniform_real_distribution<float> some(0, 1);
  for (auto layer : {&PhaseMap::fraction, &PhaseMap::uncertainty, &PhaseMap::scale, &PhaseMap::residual})
    for (float& value : map.*layer) value = some(random);
  for (std::size_t pixel = 0; pixel < shape.pixels(); ++pixel) {
    map.mask[pixel] = static_cast<std::uint8_t>(random() % 3);
    if (map.mask[pixel] == 0) continue;
    for (std::size_t state = 0; state < 2; ++state)
      for (auto layer : {&PhaseMap::fraction, &PhaseMap::uncertainty})
        (map.*layer)[state * shape.pixels() + pixel] = std::bit_cast<float>(
            0x7FC00000U + static_cast<std::uint32_t>(pixel));  // NaNs that can be told apart
  }
  return map;
}

inline std::vector<PhaseMap> numbered_maps(std::uint32_t count) {
  std::vector<PhaseMap> maps;
  for (std::uint32_t k = 0; k < count; ++k) maps.push_back(numbered_map(k));
  return maps;
}

}  // namespace phasecast
