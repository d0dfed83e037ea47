#include "tools/simulate/scene_parts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "tools/simulate/texture.hpp"

namespace phasecast::scenes {

double short_side(Shape shape) {
  return std::min(shape.height, shape.width);
}

double Pebble::outline(double dy, double dx) const {
  const double angle = std::atan2(dy, dx);
  double r = 1;
  for (int i = 0; i < 3; ++i) r += amplitude[i] * std::cos((i + 2) * angle + phase[i]);
  return radius * r;
}

double Pebble::reach() const {
  return radius * (1 + amplitude[0] + amplitude[1] + amplitude[2]);
}

std::vector<Pebble> pack_pebbles(Shape shape, double smallest, double largest, double roughness, double gap,
                                 int attempts, Random& random) {
  std::vector<double> radii(static_cast<std::size_t>(attempts));
  for (double& r : radii) r = smallest * std::pow(largest / smallest, std::pow(random.uniform(), 2.0));
  std::sort(radii.rbegin(), radii.rend());
  std::vector<Pebble> pebbles;
  for (const double radius : radii) {
    Pebble p{random.uniform(0, shape.height), random.uniform(0, shape.width), radius};
    for (int i = 0; i < 3; ++i) {
      p.amplitude[i] = roughness * random.uniform() / (i + 2);
      p.phase[i] = random.uniform(0, 2 * std::numbers::pi);
    }
    const bool free = std::none_of(pebbles.begin(), pebbles.end(), [&](const Pebble& q) {
      const double dy = p.y - q.y;
      const double dx = p.x - q.x;
      return std::hypot(dy, dx) < p.outline(-dy, -dx) + q.outline(dy, dx) + gap;
    });
    if (free) pebbles.push_back(p);
  }
  return pebbles;
}

Image<std::uint32_t> domains(Shape shape, std::uint32_t count, Random& random) {
  std::vector<std::pair<float, float>> seeds(count);
  for (auto& [y, x] : seeds) {
    y = static_cast<float>(random.uniform(0, shape.height));
    x = static_cast<float>(random.uniform(0, shape.width));
  }
  const double cell = std::sqrt(static_cast<double>(shape.pixels()) / count);
  const Image<float> bend_y = random_field(shape, cell, 0.5, random);
  const Image<float> bend_x = random_field(shape, cell, 0.5, random);
  const float bend = static_cast<float>(0.08 * cell);
  Image<std::uint32_t> nearest(shape);
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      const float at_y = static_cast<float>(y) + bend * bend_y.at(y, x);
      const float at_x = static_cast<float>(x) + bend * bend_x.at(y, x);
      float best = std::numeric_limits<float>::max();
      for (std::uint32_t i = 0; i < count; ++i) {
        const float dy = at_y - seeds[i].first;
        const float dx = at_x - seeds[i].second;
        if (dy * dy + dx * dx < best) {
          best = dy * dy + dx * dx;
          nearest.at(y, x) = i;
        }
      }
    }
  }
  return nearest;
}

namespace {

/// The chord of a ray that passes a sphere's center at `distance`, cut at shells of equal thickness.
void add_chord(const Sphere& sphere, double distance, Piece piece, std::vector<Piece>& pieces) {
  constexpr int shells = 6;
  const double span = (sphere.radius - distance) / shells;
  const auto half_chord = [&](int shell) {
    const double r = sphere.radius - shell * span;
    return shell == shells ? 0.0 : std::sqrt(r * r - distance * distance);
  };
  for (int shell = 0; shell < shells; ++shell) {
    piece.depth_px = static_cast<float>((shell + 0.5) * span);
    piece.span_px = static_cast<float>(span);
    piece.amount = static_cast<float>(2 * (half_chord(shell) - half_chord(shell + 1)));
    pieces.push_back(piece);
  }
}

}  // namespace

Scene project(Shape shape, const std::vector<Sphere>& spheres) {
  Scene scene{shape, static_cast<std::uint32_t>(spheres.size()), {}, Image<float>(shape)};
  for (std::uint32_t grain = 0; grain < scene.grains; ++grain) {
    const Sphere& s = spheres[grain];
    const int y0 = std::max(0, static_cast<int>(std::ceil(s.y - s.radius)));
    const int x0 = std::max(0, static_cast<int>(std::ceil(s.x - s.radius)));
    for (int y = y0; y < shape.height && y <= s.y + s.radius; ++y) {
      for (int x = x0; x < shape.width && x <= s.x + s.radius; ++x) {
        const double distance = std::hypot(y - s.y, x - s.x);
        if (distance >= s.radius) continue;
        const auto pixel = static_cast<std::uint32_t>(y * shape.width + x);
        add_chord(s, distance, {pixel, grain}, scene.pieces);
        scene.scale.values[pixel] +=
            static_cast<float>(2 * std::sqrt(s.radius * s.radius - distance * distance));
      }
    }
  }
  return scene;
}

Scene slice(const Film& film) {
  const Shape shape = film.thickness.shape;
  Image<std::uint8_t> inside(shape);
  for (std::size_t i = 0; i < shape.pixels(); ++i) inside.values[i] = film.thickness.values[i] > 0;
  const Image<float> depth = depth_inside(inside);
  Scene scene{shape, film.grains, {}, film.thickness};
  for (std::uint32_t i = 0; i < shape.pixels(); ++i)
    if (inside.values[i]) scene.pieces.push_back({i, film.grain.values[i], depth.values[i], 0, 1});
  return scene;
}

}  // namespace phasecast::scenes
