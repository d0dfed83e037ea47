#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "stages/energy_choice.hpp"
#include "tools/picture/chart.hpp"

namespace phasecast {

/// A list of energies and what it tells, as fraction_deviation: by the pipeline's own fit, and by the best
/// one.
struct RatedEnergies {
  std::string name;
  std::vector<double> energies_ev;
  double deviation = 0;  ///< infinite: these do not determine the fractions
  double deviation_together = 0;
};

/// What is to be told apart, and where it could be measured.
struct EnergyProblem {
  std::vector<Spectrum> references;
  NormalizeConfig normalize;
  std::vector<double> grid_ev;
};

/// Which energies of a grid to measure.
struct EnergyPlan {
  RatedEnergies all, chosen, even;
  double dose_saved = 0;             ///< share of the grid's, at the same exposure of each frame
  std::vector<Spectrum> references;  ///< on the grid, normalized on the chosen energies
};

/// Throws std::runtime_error with the reason.
EnergyPlan make_plan(const EnergyProblem& problem, const EnergyChoiceConfig& choice);

/// For people; in fractions if the noise over the edge jump is known.
std::string text_of(const EnergyPlan& plan, std::optional<double> relative_noise);
nlohmann::json to_json(const EnergyPlan& plan, std::optional<double> relative_noise);
Chart chart_of(const EnergyPlan& plan);

/// A list that --energies reads and an acquisition can take: one energy a line, `header` lines as comments.
/// Throws std::runtime_error naming the path.
void write_energies(const std::filesystem::path& path, const std::vector<double>& energies_ev, bool kev,
                    const std::vector<std::string>& header);

}  // namespace phasecast
