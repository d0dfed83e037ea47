#pragma once

#include <cstdint>
#include <vector>

#include "messages/image.hpp"
#include "tools/simulate/random.hpp"
#include "tools/simulate/scenes.hpp"

/// What the scenes are drawn from.
namespace phasecast::scenes {

/// Material before it is turned into a Scene: in each pixel the thickness (0 = empty) of a slice or film and
/// the grain it belongs to.
struct Film {
  Image<float> thickness;
  Image<std::uint32_t> grain;
  std::uint32_t grains = 0;
  explicit Film(Shape shape) : thickness(shape), grain(shape) {}
};

struct Sphere {
  double y = 0, x = 0, z = 0;
  double radius = 0;
};

/// A grain of a slice: a disc whose outline is bent by a few harmonics.
struct Pebble {
  double y = 0, x = 0;
  double radius = 0;
  double amplitude[3] = {};  ///< of harmonics 2, 3, 4, relative to the radius
  double phase[3] = {};

  double outline(double dy, double dx) const;  ///< radius in the direction of (dy, dx)
  double reach() const;                        ///< largest radius
};

double short_side(Shape shape);

/// Places without overlap, large ones first, until `attempts` have been made. Radii between `smallest` and
/// `largest`, mostly small.
std::vector<Pebble> pack_pebbles(Shape shape, double smallest, double largest, double roughness, double gap,
                                 int attempts, Random& random);

/// Nearest seed for each pixel, of `count` random seeds; lines between cells are bent by a random field.
Image<std::uint32_t> domains(Shape shape, std::uint32_t count, Random& random);

Scene project(Shape shape, const std::vector<Sphere>& spheres);
Scene slice(const Film& film);

Film polymer(Shape shape, Random& random);
Film wedge(Shape shape, Random& random);
Film electrode(Shape shape, Random& random);
Film brine(Shape shape, Random& random);
std::vector<Sphere> particle(Shape shape, Random& random);
std::vector<Sphere> round(Shape shape, Random& random);

}  // namespace phasecast::scenes
