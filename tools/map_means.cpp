#include "tools/map_means.hpp"

#include <algorithm>
#include <cmath>

namespace phasecast {

std::optional<MapMeans> means_of(const PhaseMap& map, const std::optional<Region>& region) {
  const auto width = static_cast<std::size_t>(map.shape.width), pixels = map.shape.pixels();
  const auto height = static_cast<std::size_t>(map.shape.height);
  const std::size_t left = region ? region->x : 0, top = region ? region->y : 0;
  const std::size_t right = std::min(width, region ? left + region->width : width);
  const std::size_t bottom = std::min(height, region ? top + region->height : height);

  MapMeans means;
  means.fraction.resize(map.states.size());
  means.uncertainty.resize(map.states.size());
  double weight = 0;
  for (std::size_t y = top; y < bottom; ++y)
    for (std::size_t place = y * width + left; place < y * width + right; ++place) {
      if (map.mask[place] != static_cast<std::uint8_t>(PixelMask::valid)) continue;
      const double scale = map.scale[place];
      weight += scale;
      ++means.pixels;
      means.residual += map.residual[place];
      for (std::size_t l = 0; l < map.states.size(); ++l) {
        means.fraction[l] += scale * map.fraction[l * pixels + place];
        const double deviation = scale * map.uncertainty[l * pixels + place];
        means.uncertainty[l] += deviation * deviation;  // a variance, until all are in
      }
    }
  if (!(weight > 0)) return std::nullopt;
  const auto count = static_cast<double>(means.pixels);
  means.scale = weight / count;
  means.residual /= count;
  for (double& fraction : means.fraction) fraction /= weight;
  for (double& uncertainty : means.uncertainty) uncertainty = std::sqrt(uncertainty) / weight;
  return means;
}

}  // namespace phasecast
