#include "tools/evaluate/evaluate.hpp"

#include <map>

#include "tools/commands.hpp"

namespace phasecast {

void add_evaluate(CLI::App& app, int& exit_status) {
  CLI::App* command =
      app.add_subcommand("evaluate", "The paper's tables and figures on phantoms, as Markdown, CSV and PNG");
  struct Chosen {
    std::vector<std::string> experiments;
    EvaluationSettings settings;
  };
  auto chosen = std::make_shared<Chosen>();
  std::vector<std::string> experiments, methods;
  for (const PaperExperiment& experiment : all_experiments()) experiments.push_back(experiment.name);
  for (const Method& method : all_methods()) methods.push_back(method.name);
  std::map<std::string, SceneKind> scenes;
  for (const SceneKind kind : scene_kinds) scenes[std::string(name_of(kind))] = kind;

  command->add_option("what", chosen->experiments, "Which; several are done one after the other")
      ->required()
      ->check(CLI::IsMember(experiments))
      ->type_name("TABLE|FIGURE...");
  command->add_option("-o,--output", chosen->settings.output, "Folder for the results")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_flag("--quick", chosen->settings.quick,
                    "Small images and a coarser tuning of lambda: seconds instead of an hour");
  command->add_option("--scene", chosen->settings.scenes, "Only these scenes of the table or figure")
      ->transform(CLI::CheckedTransformer(scenes).description(
          "{" +
          CLI::detail::join(
              scenes, [](const auto& scene) { return scene.first; }, ",") +
          "}"))
      ->type_name("SCENE...");
  command->add_option("--method", chosen->settings.methods, "Only these methods")
      ->check(CLI::IsMember(methods))
      ->type_name("METHOD...");
  command
      ->add_option("--energies", chosen->settings.energies, "Energies from 8180 to 8562 eV, the paper's 969")
      ->type_name("N")
      ->check(CLI::Range(20, 5000))
      ->capture_default_str();
  command->add_option("--seed", chosen->settings.seed, "Same seed, same samples and same noise")
      ->type_name("SEED")
      ->capture_default_str();
  command->callback([chosen, &exit_status] {
    for (const PaperExperiment& experiment : all_experiments())
      if (std::find(chosen->experiments.begin(), chosen->experiments.end(), experiment.name) !=
          chosen->experiments.end())
        experiment.run(chosen->settings, experiment);
    exit_status = 0;
  });
}

}  // namespace phasecast
