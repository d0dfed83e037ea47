#include "tools/energy_plan.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "messages/units.hpp"
#include "tools/normalized_references.hpp"

namespace phasecast {
namespace {

RatedEnergies rate(const Dictionary& dictionary, const std::string& name, std::vector<double> energies_ev) {
  RatedEnergies rated{name, std::move(energies_ev), 0, 0};
  rated.deviation = fraction_deviation(dictionary, rated.energies_ev, BackgroundFit::before);
  rated.deviation_together = fraction_deviation(dictionary, rated.energies_ev, BackgroundFit::together);
  return rated;
}

Dictionary dictionary_of(const EnergyProblem& problem, const std::vector<double>& energies_ev) {
  auto dictionary = Dictionary::make(problem.references, energies_ev, problem.normalize);
  if (!dictionary) throw std::runtime_error(dictionary.error().text());
  return std::move(*dictionary);
}

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : "unknown";
}

std::string line_of(const RatedEnergies& rated, const RatedEnergies& all, double unit) {
  return fmt::format("{:<22} {:>8} {:>12} {:>9} {:>14} {:>9}\n", rated.name, rated.energies_ev.size(),
                     number(unit * rated.deviation), number(rated.deviation / all.deviation),
                     number(unit * rated.deviation_together),
                     number(rated.deviation_together / all.deviation_together));
}

nlohmann::json to_json(const RatedEnergies& rated, const RatedEnergies& all, double unit) {
  return {{"name", rated.name},
          {"energies_ev", rated.energies_ev},
          {"deviation", unit * rated.deviation},  // infinite becomes null
          {"relative", rated.deviation / all.deviation},
          {"deviation_together", unit * rated.deviation_together},
          {"relative_together", rated.deviation_together / all.deviation_together}};
}

}  // namespace

EnergyPlan make_plan(const EnergyProblem& problem, const EnergyChoiceConfig& choice) {
  std::vector<double> grid_ev = problem.grid_ev;
  std::sort(grid_ev.begin(), grid_ev.end());
  const Dictionary dictionary = dictionary_of(problem, grid_ev);
  const auto chosen = choose_energies(dictionary, grid_ev, choice);
  if (!chosen) throw std::runtime_error(chosen.error().text());
  EnergyPlan plan;
  plan.references = normalized_references(dictionary_of(problem, chosen->energies_ev), grid_ev);
  const std::size_t count = chosen->energies_ev.size();
  const double part = static_cast<double>(count) / static_cast<double>(grid_ev.size());
  plan.dose_saved = 1 - part;
  plan.chosen = rate(dictionary, "chosen", chosen->energies_ev);
  plan.even = rate(dictionary, fmt::format("every {:.3g}th instead", 1 / part),
                   evenly_taken(grid_ev, choice.energies));
  plan.all = rate(dictionary, "all", std::move(grid_ev));
  return plan;
}

std::string text_of(const EnergyPlan& plan, std::optional<double> relative_noise) {
  const double unit = relative_noise.value_or(1);
  std::string text = fmt::format(
      "{} of {} energies from {:.6g} to {:.6g} eV: {:.1f} % of the dose saved at the same exposure of each "
      "frame\n"
      "standard deviation of a fraction, {}: root mean square over all states and compositions\n\n"
      "{:<22} {:>8} {:>12} {:>9} {:>14} {:>9}\n",
      plan.chosen.energies_ev.size(), plan.all.energies_ev.size(), plan.all.energies_ev.front(),
      plan.all.energies_ev.back(), 100 * plan.dose_saved,
      relative_noise ? fmt::format("noise {:.4g} of the edge jump", *relative_noise)
                     : "in units of noise over edge jump",
      "", "energies", "pre-edge", "relative", "joint", "relative");
  for (const RatedEnergies* rated : {&plan.all, &plan.chosen, &plan.even})
    text += line_of(*rated, plan.all, unit);
  const double longer = 1 / (1 - plan.dose_saved);
  text += fmt::format(
      "\npre-edge: background fitted in its window and subtracted, as phasecast does; joint: fitted together "
      "with the "
      "references, the least any fit can reach.\nThe same dose as all, {:.3g} times as long for each frame, "
      "would "
      "give {:.3g} of the standard deviation of all.\n\nenergies (eV):",
      longer, plan.chosen.deviation / plan.all.deviation / std::sqrt(longer));
  for (const double energy_ev : plan.chosen.energies_ev) text += fmt::format(" {:.4f}", energy_ev);
  return text + "\n";
}

nlohmann::json to_json(const EnergyPlan& plan, std::optional<double> relative_noise) {
  const double unit = relative_noise.value_or(1);
  nlohmann::json json{{"dose_saved", plan.dose_saved},
                      {"all", to_json(plan.all, plan.all, unit)},
                      {"chosen", to_json(plan.chosen, plan.all, unit)},
                      {"even", to_json(plan.even, plan.all, unit)}};
  json["relative_noise"] = relative_noise ? nlohmann::json(*relative_noise) : nlohmann::json();
  return json;
}

Chart chart_of(const EnergyPlan& plan) {
  Chart chart{fmt::format("{} of {} energies", plan.chosen.energies_ev.size(), plan.all.energies_ev.size()),
              {"energy (eV)"},
              {"absorbance, normalized"},
              {}};
  for (const Spectrum& reference : plan.references)
    chart.series.push_back({reference.name, reference.energy_ev, reference.mu});
  Series chosen{"chosen", {}, {}, false, true};
  for (const Spectrum& reference : plan.references)
    for (const double energy_ev : plan.chosen.energies_ev) {
      chosen.x.push_back(energy_ev);
      chosen.y.push_back(interpolate(reference, energy_ev));
    }
  chart.series.push_back(std::move(chosen));
  return chart;
}

void write_energies(const std::filesystem::path& path, const std::vector<double>& energies_ev, bool kev,
                    const std::vector<std::string>& header) {
  std::ofstream file(path);
  for (const std::string& line : header) file << "# " << line << '\n';
  file << (kev ? "# energy_keV\n" : "# energy_eV\n");
  for (const double energy_ev : energies_ev)
    file << (kev ? fmt::format("{:.7f}\n", energy_ev / ev_per_kev) : fmt::format("{:.4f}\n", energy_ev));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace phasecast
