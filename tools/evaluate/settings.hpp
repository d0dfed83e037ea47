#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "messages/image.hpp"
#include "tools/evaluate/methods.hpp"
#include "tools/simulate/scenes.hpp"

namespace phasecast {

/// What all tables and figures have in common.
struct EvaluationSettings {
  bool quick = false;  ///< small images, fewer steps of tuning
  Shape quick_shape{96, 128};
  std::filesystem::path output = "evaluation";
  std::vector<SceneKind> scenes;     ///< empty: those of the paper's table or figure
  std::vector<std::string> methods;  ///< empty: all there are
  std::uint64_t seed = 1;
  int energies = 969;

  /// The paper's sizes (section V-B): particle and brine are stated, the others are taken to be as particle.
  Shape shape_of(SceneKind scene) const {
    if (quick) return quick_shape;
    return scene == SceneKind::brine ? Shape{761, 742} : Shape{379, 520};
  }
};

/// The wanted of the paper's scenes, in the paper's order.
std::vector<SceneKind> chosen_scenes(const EvaluationSettings& settings, std::vector<SceneKind> paper);

/// The wanted methods that can handle this many states.
std::vector<Method> chosen_methods(const EvaluationSettings& settings, int states, bool compared = false);

EvaluationData make_data(const EvaluationSettings& settings, SceneKind scene, int states, double sigma);

}  // namespace phasecast
