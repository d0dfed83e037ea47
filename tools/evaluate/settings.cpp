#include "tools/evaluate/settings.hpp"

#include <algorithm>

#include "tools/simulate/spectra.hpp"

namespace phasecast {

std::vector<SceneKind> chosen_scenes(const EvaluationSettings& settings, std::vector<SceneKind> paper) {
  if (!settings.scenes.empty())
    std::erase_if(paper, [&](SceneKind kind) {
      return std::find(settings.scenes.begin(), settings.scenes.end(), kind) == settings.scenes.end();
    });
  return paper;
}

std::vector<Method> chosen_methods(const EvaluationSettings& settings, int states, bool compared) {
  std::vector<Method> methods;
  if (settings.methods.empty()) methods = all_methods();
  for (const std::string& name : settings.methods) methods.push_back(method_called(name));
  const bool by_name = !settings.methods.empty();
  std::erase_if(methods, [&](const Method& method) {
    return method.most_states < states || (method.only_compared && !compared && !by_name);
  });
  return methods;
}

EvaluationData make_data(const EvaluationSettings& settings, SceneKind scene, int states, double sigma) {
  return make_data(make_phantom(scene, settings.shape_of(scene), states, settings.seed),
                   nickel_states(states, nickel_energies(settings.energies)), sigma, settings.seed);
}

}  // namespace phasecast
