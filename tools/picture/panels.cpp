#include "tools/picture/panels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace phasecast {
namespace {

bool valid(const PhaseMap& map, std::size_t pixel) {
  return map.mask[pixel] == static_cast<std::uint8_t>(PixelMask::valid);
}

template <class Color>
Image<Rgb> painted(const PhaseMap& map, Color color_of) {
  Image<Rgb> image(map.shape, masked_color);
  for (std::size_t pixel = 0; pixel < map.shape.pixels(); ++pixel) {
    if (valid(map, pixel)) image.values[pixel] = color_of(pixel);
  }
  return image;
}

struct Blocks {
  Shape from, to;
  int factor;

  template <class Visit>
  void each_pixel(std::size_t block, Visit visit) const {
    const int top = static_cast<int>(block) / to.width * factor,
              left = static_cast<int>(block) % to.width * factor;
    for (int y = top; y < top + factor; ++y) {
      for (int x = left; x < left + factor; ++x) visit(static_cast<std::size_t>(y) * from.width + x);
    }
  }
};

std::vector<std::uint8_t> block_mask(const PhaseMap& map, const Blocks& blocks) {
  std::vector<std::uint8_t> mask(blocks.to.pixels());
  for (std::size_t block = 0; block < mask.size(); ++block) {
    int valid_pixels = 0;
    auto reason = static_cast<std::uint8_t>(PixelMask::valid);
    blocks.each_pixel(block, [&](std::size_t pixel) {
      if (valid(map, pixel)) {
        ++valid_pixels;
      } else {
        reason = map.mask[pixel];
      }
    });
    if (2 * valid_pixels < blocks.factor * blocks.factor) mask[block] = reason;
  }
  return mask;
}

/// Averages every [Y, X] plane of a [planes, Y, X] array.
std::vector<float> block_means(const PhaseMap& map, const Blocks& blocks,
                               const std::vector<std::uint8_t>& mask, const std::vector<float>& values) {
  const std::size_t planes = values.size() / blocks.from.pixels();
  std::vector<float> means(planes * blocks.to.pixels(), std::numeric_limits<float>::quiet_NaN());
  for (std::size_t i = 0; i < means.size(); ++i) {
    const std::size_t plane = i / blocks.to.pixels(), block = i % blocks.to.pixels();
    if (mask[block] != static_cast<std::uint8_t>(PixelMask::valid)) continue;
    double sum = 0;
    int count = 0;
    blocks.each_pixel(block, [&](std::size_t pixel) {
      if (!valid(map, pixel)) return;
      sum += values[plane * blocks.from.pixels() + pixel];
      ++count;
    });
    means[i] = static_cast<float>(sum / count);
  }
  return means;
}

}  // namespace

PhaseMap shrink(const PhaseMap& map, int factor) {
  if (factor <= 1) return map;
  const Blocks blocks{map.shape, {map.shape.height / factor, map.shape.width / factor}, factor};
  PhaseMap small = map;
  small.shape = blocks.to;
  small.pixel_size_um = map.pixel_size_um * factor;
  small.mask = block_mask(map, blocks);
  small.fraction = block_means(map, blocks, small.mask, map.fraction);
  small.scale = block_means(map, blocks, small.mask, map.scale);
  small.residual = block_means(map, blocks, small.mask, map.residual);
  small.uncertainty = block_means(map, blocks, small.mask, map.uncertainty);
  return small;
}

bool has_composite(const PhaseMap& map) {
  return map.states.size() >= 2 && map.states.size() <= max_composite_states;
}

Image<Rgb> composite_image(const PhaseMap& map) {
  std::vector<float> fractions(map.states.size());
  return painted(map, [&](std::size_t pixel) {
    for (std::size_t state = 0; state < fractions.size(); ++state) {
      fractions[state] = map.fraction[state * map.shape.pixels() + pixel];
    }
    return composite_color(fractions);
  });
}

Image<Rgb> fraction_image(const PhaseMap& map, std::size_t state) {
  return painted(
      map, [&](std::size_t pixel) { return viridis(map.fraction[state * map.shape.pixels() + pixel]); });
}

Top top_of(const PhaseMap& map, std::span<const float> values) {
  std::vector<float> shown;
  for (std::size_t pixel = 0; pixel < map.shape.pixels(); ++pixel) {
    if (valid(map, pixel) && std::isfinite(values[pixel])) shown.push_back(values[pixel]);
  }
  if (shown.empty()) return {};
  const auto rank = static_cast<std::ptrdiff_t>(0.995 * static_cast<double>(shown.size() - 1));
  std::nth_element(shown.begin(), shown.begin() + rank, shown.end());
  return {shown[rank], *std::max_element(shown.begin() + rank, shown.end()) > shown[rank]};
}

Image<Rgb> magnitude_image(const PhaseMap& map, std::span<const float> values, double top) {
  return painted(map, [&](std::size_t pixel) { return magma(top > 0 ? values[pixel] / top : 0); });
}

std::vector<float> largest_uncertainty(const PhaseMap& map) {
  std::vector<float> largest(map.shape.pixels(), 0);
  for (std::size_t i = 0; i < map.uncertainty.size(); ++i) {
    float& value = largest[i % map.shape.pixels()];
    value = std::max(value, map.uncertainty[i]);
  }
  return largest;
}

}  // namespace phasecast
