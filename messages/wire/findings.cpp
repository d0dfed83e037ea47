#include "messages/wire/findings.hpp"

#include <cmath>

#include "messages/wire/limits.hpp"

namespace phasecast {
namespace {

/// NaN: cannot be told.
std::vector<double> read_shifts(FieldCheck& check, const wire::ReferenceCheck& header, std::size_t states) {
  constexpr auto field = "reference_check.shift_ev";
  check.as_many(field, header.shift_ev_size(), states);
  for (const double value : header.shift_ev())
    if (std::isinf(value)) check.fault("value", field, number_text(value), "a finite number, or NaN");
  return {header.shift_ev().begin(), header.shift_ev().end()};
}

std::vector<double> read_uncertainties(FieldCheck& check, const wire::ReferenceCheck& header,
                                       std::size_t states) {
  constexpr auto field = "reference_check.shift_uncertainty_ev";
  check.as_many(field, header.shift_uncertainty_ev_size(), states);
  for (const double value : header.shift_uncertainty_ev())
    if (!(value >= 0)) check.fault("value", field, number_text(value), "0 or more, or infinite");
  return {header.shift_uncertainty_ev().begin(), header.shift_uncertainty_ev().end()};
}

double read_pixels(FieldCheck& check, std::string_view field, bool is_present, double value) {
  check.present("value", field, is_present);
  constexpr double most = limits::side;
  return check.range("value", field, value, -most, most);
}

}  // namespace

void fill(wire::Drift& header, const Drift& drift) {
  header.set_energy_index(drift.energy_index);
  header.set_x(drift.x);
  header.set_y(drift.y);
  header.set_magnification(drift.magnification);
  header.set_quality(drift.quality);
  header.set_trusted(drift.trusted);
}

void fill(wire::Advice& header, const Advice& advice) {
  if (!std::isnan(advice.uncertainty)) header.set_uncertainty(advice.uncertainty);
  if (!std::isnan(advice.uncertainty_planned)) header.set_uncertainty_planned(advice.uncertainty_planned);
  if (!std::isnan(advice.next_energy_ev)) header.set_next_energy_ev(advice.next_energy_ev);
  if (!std::isnan(advice.uncertainty_next)) header.set_uncertainty_next(advice.uncertainty_next);
  header.set_enough(advice.enough);
}

void fill(wire::ReferenceCheck& header, const ReferenceCheck& found) {
  header.mutable_shift_ev()->Add(found.shift_ev.begin(), found.shift_ev.end());
  header.mutable_shift_uncertainty_ev()->Add(found.shift_uncertainty_ev.begin(),
                                             found.shift_uncertainty_ev.end());
  header.set_shift_applied(found.shift_applied);
  if (!std::isnan(found.residual_structure)) header.set_residual_structure(found.residual_structure);
  header.mutable_residual_ev()->Add(found.residual_ev.begin(), found.residual_ev.end());
  header.mutable_residual()->Add(found.residual.begin(), found.residual.end());
  header.set_structured(found.structured);
  header.mutable_suggested()->Add(found.suggested.begin(), found.suggested.end());
}

std::vector<Drift> read_drift(FieldCheck& check,
                              const google::protobuf::RepeatedPtrField<wire::Drift>& list) {
  std::vector<bool> taken(limits::energies);
  std::vector<Drift> drift;
  for (const wire::Drift& header : list) {
    check.present("energy", "drift.energy_index", header.has_energy_index());
    const auto index = header.energy_index();
    if (index >= limits::energies || taken[index]) {
      check.fault("energy", "drift.energy_index", number_text(index),
                  "an index below " + number_text(limits::energies) + ", each once");
      return {};
    }
    taken[index] = true;
    const double x = read_pixels(check, "drift.x", header.has_x(), header.x());
    const double y = read_pixels(check, "drift.y", header.has_y(), header.y());
    const double magnification = check.range("value", "drift.magnification", header.magnification(),
                                             1 / limits::magnification, limits::magnification);
    check.present("value", "drift.quality", header.has_quality());
    const double quality = check.range("value", "drift.quality", header.quality(), 0., 1.);
    check.present("value", "drift.trusted", header.has_trusted());
    drift.push_back({index, x, y, magnification, quality, header.trusted()});
  }
  return drift;
}

Advice read_advice(FieldCheck& check, const wire::Advice& header) {
  Advice advice;
  advice.uncertainty =
      check.known_or_nan("advice.uncertainty", header.has_uncertainty(), header.uncertainty());
  advice.uncertainty_planned = check.known_or_nan(
      "advice.uncertainty_planned", header.has_uncertainty_planned(), header.uncertainty_planned());
  advice.next_energy_ev = header.has_next_energy_ev()
                              ? check.energy("advice.next_energy_ev", header.next_energy_ev())
                              : std::nan("");
  advice.uncertainty_next =
      check.known_or_nan("advice.uncertainty_next", header.has_uncertainty_next(), header.uncertainty_next());
  check.present("value", "advice.enough", header.has_enough());
  advice.enough = header.enough();
  return advice;
}

ReferenceCheck read_reference_check(FieldCheck& check, const wire::ReferenceCheck& header, std::size_t states,
                                    std::size_t energies) {
  ReferenceCheck found;
  found.shift_ev = read_shifts(check, header, states);
  found.shift_uncertainty_ev = read_uncertainties(check, header, states);
  check.present("value", "reference_check.shift_applied", header.has_shift_applied());
  found.shift_applied = header.shift_applied();
  found.residual_structure = check.known_or_nan("reference_check.residual_structure",
                                                header.has_residual_structure(), header.residual_structure());
  const auto count = static_cast<std::size_t>(header.residual_ev_size());
  check.range("energy", "reference_check.residual_ev", count, std::size_t{0}, energies);
  for (const double energy_ev : header.residual_ev()) check.energy("reference_check.residual_ev", energy_ev);
  found.residual_ev.assign(header.residual_ev().begin(), header.residual_ev().end());
  found.residual = check.finite("reference_check.residual", header.residual(), count);
  check.present("value", "reference_check.structured", header.has_structured());
  found.structured = header.structured();
  if (header.suggested_size() > 0)
    found.suggested = check.finite("reference_check.suggested", header.suggested(), count);
  return found;
}

}  // namespace phasecast
