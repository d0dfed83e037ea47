#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "messages/image.hpp"

namespace phasecast {

/// Projections: particle, polymer, round. Slices: wedge, electrode, brine.
enum class SceneKind : std::uint8_t { particle, polymer, round, wedge, electrode, brine };

inline constexpr std::array scene_kinds{SceneKind::particle, SceneKind::polymer,   SceneKind::round,
                                        SceneKind::wedge,    SceneKind::electrode, SceneKind::brine};

constexpr std::string_view name_of(SceneKind kind) {
  constexpr std::array<std::string_view, scene_kinds.size()> names{"particle", "polymer",   "round",
                                                                   "wedge",    "electrode", "brine"};
  return names[static_cast<std::size_t>(kind)];
}

/// A bit of material in the beam of one pixel. A slice has one per pixel, a projection several along the ray.
struct Piece {
  std::uint32_t pixel = 0;
  std::uint32_t grain = 0;
  float depth_px = 0;  ///< below the surface where the reaction starts, at the middle of the piece
  float span_px = 0;   ///< range of depths in the piece
  float amount = 0;    ///< share of the pixel's element
};

/// A sample without its chemistry: where material is and how deep below a surface.
struct Scene {
  Shape shape;
  std::uint32_t grains = 0;
  std::vector<Piece> pieces;
  Image<float> scale;  ///< edge jump s of eq. (4): mean 1 over the material, 0 where there is none
};

/// `thickness_variation` between 0 (scale 1 wherever there is material) and 1 (the scale follows the full
/// thickness). Lengths in a scene follow the shorter side of the image. Throws std::invalid_argument for an
/// image too small to hold a scene (below 16 pixels on a side).
Scene make_scene(SceneKind kind, Shape shape, double thickness_variation, std::uint64_t seed);

}  // namespace phasecast
