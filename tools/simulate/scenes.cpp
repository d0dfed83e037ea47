#include "tools/simulate/scenes.hpp"

#include <stdexcept>

#include "tools/simulate/scene_parts.hpp"

namespace phasecast {

namespace {

Scene geometry(SceneKind kind, Shape shape, Random& random) {
  switch (kind) {
    case SceneKind::particle:
      return scenes::project(shape, scenes::particle(shape, random));
    case SceneKind::polymer:
      return scenes::slice(scenes::polymer(shape, random));
    case SceneKind::round:
      return scenes::project(shape, scenes::round(shape, random));
    case SceneKind::wedge:
      return scenes::slice(scenes::wedge(shape, random));
    case SceneKind::electrode:
      return scenes::slice(scenes::electrode(shape, random));
    case SceneKind::brine:
      return scenes::slice(scenes::brine(shape, random));
  }
  throw std::invalid_argument("unknown scene");
}

void share_amounts(Scene& scene) {
  std::vector<float> total(scene.shape.pixels());
  for (const Piece& piece : scene.pieces) total[piece.pixel] += piece.amount;
  for (Piece& piece : scene.pieces) piece.amount /= total[piece.pixel];
}

/// From thickness to edge jump: mean 1 over the material, the rest as `variation` says.
void set_scale(Image<float>& scale, double variation) {
  double sum = 0;
  std::size_t filled = 0;
  for (const float thickness : scale.values) {
    sum += thickness;
    filled += thickness > 0;
  }
  const double mean = sum / static_cast<double>(filled);
  for (float& thickness : scale.values)
    if (thickness > 0) thickness = static_cast<float>(1 + variation * (thickness / mean - 1));
}

}  // namespace

Scene make_scene(SceneKind kind, Shape shape, double thickness_variation, std::uint64_t seed) {
  if (shape.height < 16 || shape.width < 16)
    throw std::invalid_argument("an image of " + std::to_string(shape.height) + " x " +
                                std::to_string(shape.width) +
                                " pixels is too small for a scene, expected at "
                                "least 16 x 16");
  Random random{seed, static_cast<std::uint64_t>(kind)};
  Scene scene = geometry(kind, shape, random);
  share_amounts(scene);
  set_scale(scene.scale, thickness_variation);
  return scene;
}

}  // namespace phasecast
