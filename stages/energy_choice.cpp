#include "stages/energy_choice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "stages/dictionary_checks.hpp"
#include "stages/energy_exchange.hpp"

namespace phasecast {

namespace {

std::optional<Error> check_grid(const Dictionary& dictionary, std::span<const double> sorted_ev) {
  for (const double energy_ev : sorted_ev)
    if (!dictionary.covers(energy_ev))
      return Error{"energy", "grid of energies", "energy", text_of(energy_ev),
                   "one that every reference covers"};
  const auto twice = std::adjacent_find(sorted_ev.begin(), sorted_ev.end());
  if (twice == sorted_ev.end()) return std::nullopt;
  return Error{"energy", "grid of energies", "energy", text_of(*twice) + ", listed twice",
               "each energy once"};
}

std::optional<Error> check_count(const Dictionary& dictionary, int grid, int count) {
  const int background = background_terms(dictionary.config()), unknowns = dictionary.states() + background;
  if (count > grid)
    return Error{"energies", "energy choice", "energies to choose", std::to_string(count),
                 "at most the " + std::to_string(grid) + " of the grid"};
  if (count > unknowns) return std::nullopt;
  return Error{"energies", "energy choice", "energies to choose", std::to_string(count),
               std::to_string(unknowns + 1) + " or more: " + std::to_string(dictionary.states()) +
                   " states, " + std::to_string(background) +
                   " background parameters, and one for the residual"};
}

std::vector<WindowQuota> quotas_of(const NormalizeConfig& config, int least_in_pre_edge) {
  std::vector<WindowQuota> quotas;
  if (const int terms = background_terms(config); terms > 0)
    quotas.push_back(
        {"from " + text_of(config.pre_edge), &EnergyRow::pre_edge, std::max(least_in_pre_edge, terms)});
  if (const int terms = post_edge_terms(config); terms > 0)
    quotas.push_back({"from " + text_of(config.post_edge), &EnergyRow::post_edge, terms});
  return quotas;
}

/// What is left beside the pre-edge has to tell the states apart.
std::optional<Error> check_quotas(const Dictionary& dictionary, const std::vector<EnergyRow>& rows,
                                  const EnergyExchange::Limits& limits) {
  for (const WindowQuota& quota : limits.quotas) {
    const bool pre_edge = quota.inside == &EnergyRow::pre_edge;
    const auto available = static_cast<int>(
        std::count_if(rows.begin(), rows.end(), [&](const EnergyRow& row) { return row.*quota.inside; }));
    const int most = std::min(available, limits.energies - (pre_edge ? dictionary.states() : 0));
    if (quota.least > most)
      return Error{"window", "energy choice", "energies " + quota.window, std::to_string(quota.least),
                   "at most " + std::to_string(most) + " (the grid has " + std::to_string(available) + ")"};
  }
  return std::nullopt;
}

}  // namespace

Result<EnergyChoice> choose_energies(const Dictionary& dictionary, std::span<const double> grid_ev,
                                     const EnergyChoiceConfig& config) {
  std::vector<double> sorted(grid_ev.begin(), grid_ev.end());
  std::sort(sorted.begin(), sorted.end());
  if (auto error = check_grid(dictionary, sorted)) return *error;
  if (auto error = check_count(dictionary, static_cast<int>(sorted.size()), config.energies)) return *error;
  const std::vector<EnergyRow> rows = energy_rows(dictionary, sorted);
  const EnergyExchange::Limits limits{config.energies, config.fit, config.spacing_ev,
                                      quotas_of(dictionary.config(), config.least_in_pre_edge)};
  if (auto error = check_quotas(dictionary, rows, limits)) return *error;

  const EnergyExchange search(rows, EnergyInformation(dictionary), limits);
  const auto starts = search.starts(config.starts);
  if (starts.empty())
    return Error{"spacing", "energy choice", "spacing", text_of(config.spacing_ev),
                 "one that leaves room for " + std::to_string(config.energies) + " energies"};
  EnergyExchange::Choice best;
  double least = std::numeric_limits<double>::infinity();
  for (EnergyExchange::Choice choice : starts) {
    const double deviation = search.improve(choice);
    if (!(deviation < least * (1 - smallest_deviation_gain))) continue;
    least = deviation;
    best = std::move(choice);
  }
  if (best.empty())
    return Error{"rank", "energy choice", "standard deviation of a fraction", "infinite whatever is chosen",
                 "references that the grid can tell apart"};
  std::sort(best.begin(), best.end());
  EnergyChoice result{{}, least};
  for (const std::size_t i : best) result.energies_ev.push_back(sorted[i]);
  return result;
}

double fraction_deviation(const Dictionary& dictionary, std::span<const double> energies_ev,
                          BackgroundFit fit) {
  EnergyInformation sum(dictionary);
  for (const EnergyRow& row : energy_rows(dictionary, energies_ev)) sum.add(row);
  return fraction_deviation(fit == BackgroundFit::before ? sum.normalized_here() : sum, fit);
}

std::vector<double> evenly_taken(std::span<const double> grid_ev, int count) {
  std::vector<double> taken;
  const double step = static_cast<double>(grid_ev.size() - 1) / (count - 1);
  for (int i = 0; i < count; ++i) taken.push_back(grid_ev[static_cast<std::size_t>(std::lround(i * step))]);
  return taken;
}

}  // namespace phasecast
