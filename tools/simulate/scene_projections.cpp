#include <algorithm>
#include <cmath>

#include "tools/simulate/scene_parts.hpp"

namespace phasecast::scenes {

namespace {

/// Adds the spheres that touch none placed before them, large ones first.
template <class Place>
std::vector<Sphere> pack_spheres(double smallest, double largest, int attempts, Random& random,
                                 const Place& place) {
  std::vector<double> radii(static_cast<std::size_t>(attempts));
  for (double& r : radii) r = random.uniform(smallest, largest);
  std::sort(radii.rbegin(), radii.rend());
  std::vector<Sphere> spheres;
  for (const double radius : radii) {
    Sphere s = place();
    s.radius = radius;
    const bool free = std::none_of(spheres.begin(), spheres.end(), [&](const Sphere& other) {
      return std::hypot(s.y - other.y, s.x - other.x, s.z - other.z) < radius + other.radius;
    });
    if (free) spheres.push_back(s);
  }
  return spheres;
}

}  // namespace

/// Agglomerates of primary spheres of varied size.
std::vector<Sphere> particle(Shape shape, Random& random) {
  const double side = short_side(shape);
  std::vector<Sphere> agglomerates(5);
  for (Sphere& a : agglomerates) {
    a.y = random.uniform(0.2, 0.8) * shape.height;
    a.x = random.uniform(0.15, 0.85) * shape.width;
    a.radius = random.uniform(0.15, 0.3) * side;
  }
  return pack_spheres(0.02 * side, 0.12 * side, 3000, random, [&] {
    const Sphere& a = agglomerates[random.below(agglomerates.size())];
    const double r = a.radius * std::cbrt(random.uniform());
    const double up = random.uniform(-1, 1);
    const double turn = random.uniform(0, 6.2831853);
    const double flat = std::sqrt(1 - up * up);
    return Sphere{a.y + r * flat * std::sin(turn), a.x + r * flat * std::cos(turn), 0.6 * r * up};
  });
}

/// Round grains of similar size, scattered on a window; a few overlap.
std::vector<Sphere> round(Shape shape, Random& random) {
  const double side = short_side(shape);
  return pack_spheres(0.05 * side, 0.1 * side, 2000, random, [&] {
    return Sphere{random.uniform(0, shape.height), random.uniform(0, shape.width),
                  random.uniform(-0.06, 0.06) * side};
  });
}

}  // namespace phasecast::scenes
