#include "pipeline/region_spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "stages/region_fit.hpp"

namespace phasecast {
namespace {

/// Row-major places of the region's pixels that may count.
std::vector<std::size_t> places_in(const Region& region, Shape shape, const PhaseMap* map) {
  const std::size_t all = std::size_t{region.width} * region.height;
  const auto row_step = std::max<std::size_t>(1, (all + most_region_pixels - 1) / most_region_pixels);
  std::vector<std::size_t> places;
  for (std::size_t y = region.y; y < std::size_t{region.y} + region.height; y += row_step)
    for (std::size_t x = region.x; x < std::size_t{region.x} + region.width; ++x) {
      const std::size_t place = y * static_cast<std::size_t>(shape.width) + x;
      const bool valid = !map || map->mask[place] == static_cast<std::uint8_t>(PixelMask::valid);
      if (valid) places.push_back(place);
    }
  return places;
}

/// values[e][k] is frame e at places[k].
std::vector<std::vector<float>> gather(std::span<const HeldFrame> frames,
                                       std::span<const std::size_t> places) {
  std::vector<std::vector<float>> values(frames.size(), std::vector<float>(places.size()));
  std::vector<Half> halves(places.size());
  for (std::size_t e = 0; e < frames.size(); ++e) {
    for (std::size_t k = 0; k < places.size(); ++k) halves[k] = frames[e].absorbance[places[k]];
    to_float(halves, values[e]);
  }
  return values;
}

std::vector<std::size_t> finite_in_all(const std::vector<std::vector<float>>& values, std::size_t places) {
  std::vector<std::size_t> list;
  for (std::size_t k = 0; k < places; ++k) {
    const auto finite = [k](const std::vector<float>& frame) { return std::isfinite(frame[k]); };
    if (std::all_of(values.begin(), values.end(), finite)) list.push_back(k);
  }
  return list;
}

/// Fractions of the pixels together: each weighs as much as there is of the element.
RegionFit composition(const PhaseMap& map, std::span<const std::size_t> places, double weight) {
  RegionFit fit;
  fit.map_number = map.map_number;
  fit.states = map.states;
  const std::size_t pixels = map.shape.pixels();
  for (std::size_t l = 0; l < map.states.size(); ++l) {
    double sum = 0, variance = 0;
    for (const std::size_t place : places) {
      sum += map.scale[place] * map.fraction[l * pixels + place];
      variance += std::pow(map.scale[place] * map.uncertainty[l * pixels + place], 2);
    }
    fit.fraction.push_back(sum / weight);
    fit.uncertainty.push_back(std::sqrt(variance) / weight);
  }
  return fit;
}

/// Nothing where the map has no scale to weigh with.
std::optional<RegionFit> explain(const Dictionary& dictionary, const RegionSpectrum& spectrum,
                                 const PhaseMap& map, std::span<const std::size_t> places) {
  double weight = 0;
  for (const std::size_t place : places) weight += map.scale[place];
  if (!(weight > 0)) return std::nullopt;
  RegionFit fit = composition(map, places, weight);
  const Eigen::Map<const Eigen::VectorXd> fraction(fit.fraction.data(),
                                                   static_cast<Eigen::Index>(fit.fraction.size()));
  SpectrumFit explained = fit_spectrum(dictionary, spectrum.energies_ev, spectrum.absorbance, fraction);
  fit.scale = explained.scale;
  fit.background = std::move(explained.background);
  fit.fit = std::move(explained.fit);
  return fit;
}

Error outside(const Region& region, Shape shape) {
  const auto range = [](std::uint32_t first, std::uint32_t count) {
    return std::to_string(first) + " to " + std::to_string(std::uint64_t{first} + count - 1);
  };
  return {"shape", "control request", "region",
          "columns " + range(region.x, region.width) + ", rows " + range(region.y, region.height),
          "pixels of an image of " + std::to_string(shape.width) + " columns and " +
              std::to_string(shape.height) + " rows"};
}

}  // namespace

Result<RegionSpectrum> region_spectrum(std::span<const HeldFrame> frames, Shape shape, const Region& region,
                                       const Dictionary& dictionary, const PhaseMap* map) {
  if (std::uint64_t{region.x} + region.width > static_cast<std::uint64_t>(shape.width) ||
      std::uint64_t{region.y} + region.height > static_cast<std::uint64_t>(shape.height))
    return outside(region, shape);

  const std::vector<std::size_t> places = places_in(region, shape, map);
  const auto values = gather(frames, places);
  std::vector<std::size_t> used = finite_in_all(values, places.size());

  RegionSpectrum spectrum;
  spectrum.region = region;
  spectrum.pixels = static_cast<std::uint32_t>(used.size());
  if (used.empty()) return spectrum;
  for (std::size_t e = 0; e < frames.size(); ++e) {
    const double sum = std::accumulate(used.begin(), used.end(), 0.0,
                                       [&](double so_far, std::size_t k) { return so_far + values[e][k]; });
    spectrum.energy_indices.push_back(frames[e].energy_index);
    spectrum.energies_ev.push_back(frames[e].energy_ev);
    spectrum.absorbance.push_back(sum / static_cast<double>(used.size()));
    if (frames[e].carried) spectrum.energies_carried.push_back(frames[e].energy_index);
  }
  if (!map) return spectrum;
  for (std::size_t& place : used) place = places[place];
  spectrum.of_map = explain(dictionary, spectrum, *map, used);
  return spectrum;
}

}  // namespace phasecast
