#include <algorithm>
#include <cmath>

#include "tools/simulate/scene_parts.hpp"
#include "tools/simulate/texture.hpp"

namespace phasecast::scenes {

/// A film of ligaments around open pores, with fine pores inside the ligaments.
Film polymer(Shape shape, Random& random) {
  const double side = short_side(shape);
  const Image<float> ligament = random_field(shape, 0.2 * side, 0.25, random);
  const Image<float> pore = random_field(shape, 0.06 * side, 0.3, random);
  Film film(shape);
  film.grains = 24;
  film.grain = domains(shape, film.grains, random);
  for (std::size_t i = 0; i < shape.pixels(); ++i) {
    const float above = ligament.values[i] + 0.35F;
    if (above > 0 && pore.values[i] < 1.9F) film.thickness.values[i] = 0.3F + std::sqrt(above);
  }
  return film;
}

/// A wedge cut from a polycrystal, thin at its tip, with cracks along some of the grain boundaries.
Film wedge(Shape shape, Random& random) {
  const double tip_x = 0.05 * shape.width;
  const double tip_y = 0.5 * shape.height;
  const double length = 0.88 * shape.width;
  const double slope = 0.42 * shape.height / length;
  Film film(shape);
  film.grains = 60;
  film.grain = domains(shape, film.grains, random);
  const Image<float> edge = random_field(shape, 0.1 * short_side(shape), 0.7, random);
  const Image<float> crack = random_field(shape, 0.25 * short_side(shape), 0.3, random);
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      const double rough = 0.006 * short_side(shape) * edge.at(y, x);
      const double along = (x - tip_x) / length;
      if (along <= 0 || along + rough / length > 1) continue;
      if (std::abs(y - tip_y) + rough > slope * (x - tip_x)) continue;
      const auto here = film.grain.at(y, x);
      const bool boundary = (x + 1 < shape.width && film.grain.at(y, x + 1) != here) ||
                            (y + 1 < shape.height && film.grain.at(y + 1, x) != here);
      if (boundary && crack.at(y, x) > 0.4F) continue;
      film.thickness.at(y, x) = static_cast<float>(0.4 + 1.2 * along);
    }
  }
  return film;
}

namespace {

/// Calls paint(pixel, pebble number, distance from the center relative to the outline) inside each pebble.
template <class Paint>
void for_each_pixel(Shape shape, const std::vector<Pebble>& pebbles, const Paint& paint) {
  for (std::uint32_t k = 0; k < pebbles.size(); ++k) {
    const Pebble& p = pebbles[k];
    const int y0 = std::max(0, static_cast<int>(std::ceil(p.y - p.reach())));
    const int x0 = std::max(0, static_cast<int>(std::ceil(p.x - p.reach())));
    for (int y = y0; y < shape.height && y <= p.y + p.reach(); ++y) {
      for (int x = x0; x < shape.width && x <= p.x + p.reach(); ++x) {
        const double relative = std::hypot(y - p.y, x - p.x) / p.outline(y - p.y, x - p.x);
        if (relative <= 1) paint(static_cast<std::size_t>(y) * shape.width + x, k, relative);
      }
    }
  }
}

}  // namespace

/// Packed secondary particles, cracked and porous inside, in a binder that holds none of the element.
Film electrode(Shape shape, Random& random) {
  const double side = short_side(shape);
  const auto pebbles = pack_pebbles(shape, 0.02 * side, 0.2 * side, 0.22, 0.006 * side, 6000, random);
  const Image<float> crack = random_field(shape, 0.16 * side, 0.6, random);
  const Image<float> pore = random_field(shape, 0.05 * side, 0.4, random);
  const Image<float> density = random_field(shape, 0.3 * side, 0.5, random);
  Film film(shape);
  film.grains = static_cast<std::uint32_t>(pebbles.size());
  for_each_pixel(shape, pebbles, [&](std::size_t i, std::uint32_t k, double) {
    const bool cracked = pebbles[k].radius > 0.06 * side && std::abs(crack.values[i]) < 0.05F;
    if ((cracked && density.values[i] > 0.3F) || pore.values[i] > 2.3F) return;
    film.grain.values[i] = k;
    film.thickness.values[i] = 1 + 0.12F * density.values[i];
  });
  return film;
}

/// Packed rock that holds none of the element; brine fills the pores but for some gas bubbles.
Film brine(Shape shape, Random& random) {
  const double side = short_side(shape);
  const auto rock = pack_pebbles(shape, 0.015 * side, 0.13 * side, 0.35, 0.012 * side, 8000, random);
  const auto bubbles = pack_pebbles(shape, 0.02 * side, 0.05 * side, 0.05, 0.1 * side, 60, random);
  const Image<float> density = random_field(shape, 0.5 * side, 0.5, random);
  Film film(shape);
  film.grains = 40;
  film.grain = domains(shape, film.grains, random);
  for (std::size_t i = 0; i < shape.pixels(); ++i) film.thickness.values[i] = 1 + 0.08F * density.values[i];
  const auto empty = [&](std::size_t i, std::uint32_t, double) { film.thickness.values[i] = 0; };
  for_each_pixel(shape, rock, empty);
  for_each_pixel(shape, bubbles, empty);
  return film;
}

}  // namespace phasecast::scenes
