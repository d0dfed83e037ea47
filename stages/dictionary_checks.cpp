#include "stages/dictionary_checks.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <sstream>

#include "stages/symmetric.hpp"

namespace phasecast {

namespace {

std::string number(double value) {
  std::ostringstream text;
  text.precision(9);
  text << value;
  return text.str();
}

std::optional<Error> check_points(const Spectrum& reference) {
  const auto& energies = reference.energy_ev;
  const auto finite = [](double v) { return std::isfinite(v); };
  const auto disorder = std::adjacent_find(energies.begin(), energies.end(), std::greater_equal<>());
  const bool sound = energies.size() >= 2 && energies.size() == reference.mu.size() &&
                     disorder == energies.end() && std::all_of(energies.begin(), energies.end(), finite) &&
                     std::all_of(reference.mu.begin(), reference.mu.end(), finite);
  if (sound) return std::nullopt;
  return Error{"references", "reference " + reference.name, "points", std::to_string(energies.size()),
               "two or more finite values at strictly increasing energies"};
}

std::optional<Error> check_range(const Spectrum& reference, std::span<const double> planned_ev) {
  const EnergyWindow range{reference.energy_ev.front(), reference.energy_ev.back()};
  for (double e : planned_ev)
    if (!range.contains(e))
      return Error{"energy", "reference " + reference.name, "planned energy", text_of(e),
                   "an energy that the reference covers: " + text_of(range)};
  return std::nullopt;
}

std::optional<Error> check_window(const std::string& name, const EnergyWindow& window, int order,
                                  int highest_order, std::span<const double> planned_ev) {
  if (order < 0 || order > highest_order)
    return Error{"window", name, "order", std::to_string(order), "0 to " + std::to_string(highest_order)};
  std::set<double> inside;
  for (double e : planned_ev)
    if (window.contains(e)) inside.insert(e);
  if (inside.size() > static_cast<std::size_t>(order)) return std::nullopt;
  return Error{"window", name, "window",
               text_of(window) + " with " + std::to_string(inside.size()) + " planned energies",
               std::to_string(order + 1) + " or more for a polynomial of order " + std::to_string(order)};
}

std::optional<Error> check_windows(const NormalizeConfig& config, std::span<const double> planned_ev) {
  if (config.mode == Normalization::none) return std::nullopt;
  auto error = check_window("pre-edge", config.pre_edge, config.order, 1, planned_ev);
  if (!error && config.mode == Normalization::edge_step)
    error = check_window("post-edge", config.post_edge, config.post_order, 2, planned_ev);
  return error;
}

/// The states are told apart outside the pre-edge window, and one energy is left over for the residual.
std::optional<Error> check_count(std::size_t states, std::span<const double> planned_ev,
                                 const NormalizeConfig& config) {
  const auto background = static_cast<std::size_t>(background_terms(config));
  const auto in_pre_edge = [&](double e) { return background > 0 && config.pre_edge.contains(e); };
  const auto inside =
      static_cast<std::size_t>(std::count_if(planned_ev.begin(), planned_ev.end(), in_pre_edge));
  if (planned_ev.size() > states + background && planned_ev.size() - inside >= states) return std::nullopt;
  return Error{"rank", "scan", "planned energies",
               std::to_string(planned_ev.size()) + ", " + std::to_string(inside) + " in the pre-edge window",
               std::to_string(states + background + 1) + " or more to unmix " + std::to_string(states) +
                   " states over " + std::to_string(background) + " background parameters, at least " +
                   std::to_string(states) + " of them outside the pre-edge window"};
}

}  // namespace

std::string text_of(double energy_ev) {
  return number(energy_ev) + " eV";
}

std::string text_of(const EnergyWindow& window) {
  return number(window.low_ev) + " to " + number(window.high_ev) + " eV";
}

std::optional<Error> check_references(std::span<const Spectrum> references,
                                      std::span<const double> planned_ev, const NormalizeConfig& config) {
  if (references.size() < 2 || references.size() > most_states)
    return Error{"references", "references", "spectra", std::to_string(references.size()),
                 "one for each of 2 to " + std::to_string(most_states) + " chemical states"};
  for (const auto& reference : references) {
    if (auto error = check_points(reference)) return error;
    if (auto error = check_range(reference, planned_ev)) return error;
  }
  if (auto error = check_windows(config, planned_ev)) return error;
  return check_count(references.size(), planned_ev, config);
}

std::optional<Error> check_rank(const Eigen::MatrixXd& gram, std::span<const std::string> names) {
  const double condition = reciprocal_condition(gram);
  if (condition >= smallest_reciprocal_condition) return std::nullopt;
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  return Error{"rank", "references " + all, "smallest over largest eigenvalue of AᵀA", number(condition),
               number(smallest_reciprocal_condition) +
                   " or more: spectra that differ at the planned energies, none a mixture of the others"};
}

}  // namespace phasecast
