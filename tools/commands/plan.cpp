#include <spdlog/fmt/fmt.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cmath>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

#include "pipeline/config.hpp"
#include "tools/commands.hpp"
#include "tools/energy_file.hpp"
#include "tools/energy_plan.hpp"
#include "tools/options.hpp"

namespace phasecast {
namespace {

struct PlanOptions {
  UnmixOptions unmix;  // references and normalization
  std::string energies, within, output, plot, config_file, unit = "eV", fit = "pre-edge";
  EnergyChoiceConfig choice;
  std::optional<double> noise;
  double edge_jump = 1;
  bool json = false;
};

/// The grid to choose from, without what `within` leaves out.
std::vector<double> read_grid(const PlanOptions& options) {
  std::vector<std::string> assumptions;
  auto grid = read_energies(options.energies, assumptions);
  for (const auto& assumption : assumptions) spdlog::warn("{}", assumption);
  if (!grid) throw std::runtime_error(grid.error().text());
  if (options.within.empty()) return std::move(*grid);
  const auto kept = window("within", options.within);
  if (!kept) throw std::runtime_error(kept.error().text());
  std::erase_if(*grid, [&](double energy_ev) { return !kept->contains(energy_ev); });
  if (grid->empty())
    throw std::runtime_error(options.energies + " has no energy within " + options.within + " eV");
  return std::move(*grid);
}

int plan(const PlanOptions& options) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("phasecast"));
  spdlog::set_pattern("%l: %v");
  const auto config = to_config(options.unmix);
  if (!config) throw std::runtime_error(config.error().text());
  const auto errors = validate(*config);
  for (const Error& error : errors) std::fprintf(stderr, "phasecast plan: %s\n", error.text().c_str());
  if (!errors.empty()) return 2;

  EnergyChoiceConfig choice = options.choice;
  choice.fit = options.fit == "joint" ? BackgroundFit::together : BackgroundFit::before;
  const EnergyPlan plan = make_plan({config->references, config->normalize, read_grid(options)}, choice);
  const auto relative_noise =
      options.noise ? std::optional(*options.noise / options.edge_jump) : std::optional<double>();
  const std::string text =
      options.json ? to_json(plan, relative_noise).dump(2) + "\n" : text_of(plan, relative_noise);
  std::fputs(text.c_str(), stdout);
  if (!options.plot.empty()) write_chart(chart_of(plan), options.plot);
  if (options.output.empty()) return 0;
  std::string states;
  for (const Spectrum& reference : plan.references) states += " " + reference.name;
  write_energies(
      options.output, plan.chosen.energies_ev, options.unit == "keV",
      {fmt::format("{} of the {} energies of {}, chosen by phasecast for{}", plan.chosen.energies_ev.size(),
                   plan.all.energies_ev.size(), options.energies, states)});
  return 0;
}

}  // namespace

void add_plan(CLI::App& app, int& exit_status) {
  CLI::App* command =
      app.add_subcommand("plan", "Which energies of a grid to measure: those that tell the fractions best");
  auto options = std::make_shared<PlanOptions>();
  PlanOptions& o = *options;
  add_reference_option(*command, o.unmix);
  command->get_option("--references")->required();
  command->add_option("--energies", o.energies, "The grid to choose from: text, one energy a line, eV or keV")
      ->required()
      ->check(CLI::ExistingFile)
      ->type_name("FILE");
  command->add_option("-n,--count", o.choice.energies, "Energies to choose")->required()->type_name("N");
  add_config_file(*command, o.config_file);
  command->add_option("--within", o.within, "Leave out the energies outside: references often cover less")
      ->type_name("LO:HI eV");
  add_normalize_options(*command, o.unmix);
  command
      ->add_option("--fit", o.fit,
                   "Least variance for a pre-edge fitted first and subtracted, as phasecast does; or joint: "
                   "background fitted together with the references")
      ->check(CLI::IsMember({"pre-edge", "joint"}))
      ->capture_default_str();
  command
      ->add_option("--least-pre-edge", o.choice.least_in_pre_edge,
                   "Keep at least this many in the pre-edge window; what its polynomial needs, anyway")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--spacing", o.choice.spacing_ev, "Any two are at least this far apart")
      ->check(CLI::NonNegativeNumber)
      ->type_name("eV")
      ->capture_default_str();
  command
      ->add_option(
          "--noise", o.noise,
          "Noise of one absorbance value: gives standard deviations in fractions [default: per noise]")
      ->check(CLI::PositiveNumber)
      ->type_name("ABSORBANCE");
  command->add_option("--edge-jump", o.edge_jump, "Edge jump of the sample that the noise is set against")
      ->check(CLI::PositiveNumber)
      ->type_name("ABSORBANCE")
      ->capture_default_str();
  command->add_option("-o,--output", o.output, "Write the list there, one energy a line")->type_name("FILE");
  command->add_option("--unit", o.unit, "Of that list")
      ->check(CLI::IsMember({"eV", "keV"}))
      ->capture_default_str();
  command->add_option("--plot", o.plot, "References and chosen energies as a chart")->type_name("F.png");
  command->add_flag("--json", o.json, "Print JSON");
  command->callback([command, options, &exit_status] {
    apply_config_file(*command, options->config_file);
    exit_status = plan(*options);
  });
}

}  // namespace phasecast
