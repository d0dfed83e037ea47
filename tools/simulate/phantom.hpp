#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/image.hpp"
#include "tools/simulate/scenes.hpp"

namespace phasecast {

/// Synthetic truth as in the paper (section V-A): fractions that sum to one in every pixel, and the scale
/// s of eq. (4). No pixel is empty: the last state is also what surrounds the sample.
struct Phantom {
  Shape shape;
  std::vector<std::string> states;
  std::vector<float> fraction;  ///< [L][N]
  std::vector<float> scale;     ///< [N]
};

/// From a gray image g in [0, 1], the scene's thickness with a mild texture of its own, and the fractions f
/// that the reaction fronts leave half way: x_j = g f_j for j < L, seen through a microscope that blurs by a
/// pixel, and x_L = 1 − Σ x_j. The scale varies smoothly between 0.8 and 1.2.
Phantom make_phantom(SceneKind kind, Shape shape, int states, std::uint64_t seed);

struct ScaleRange {
  double low = 0.8;
  double high = 1.2;
};

/// Any gray image in [0, 1] as the map of the first of two states. Throws std::invalid_argument for a value
/// outside.
Phantom phantom_from_image(const Image<float>& gray, ScaleRange range, std::uint64_t seed);

}  // namespace phasecast
