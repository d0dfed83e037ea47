#include "pipeline/files/energy_unit.hpp"

#include <algorithm>
#include <cmath>

#include "messages/units.hpp"
#include "pipeline/files/failure.hpp"
#include "pipeline/files/text_table.hpp"

namespace phasecast {

namespace {

// No absorption edge that X-ray microscopes use lies below 70 eV or above 70 keV.
constexpr double largest_kev = 70;
// What a synchrotron sends through a microscope; beyond it a stated unit is wrong.
constexpr double lowest_ev = 10, highest_ev = 200'000;

}  // namespace

std::vector<double> in_ev(std::vector<double> energies, const std::string& unit, const std::string& where,
                          const std::string& field, std::vector<std::string>& assumptions) {
  if (energies.empty()) throw Failure({"energy", where, field, "empty", "a list of energies"});
  for (const double energy : energies)
    if (!std::isfinite(energy) || energy <= 0)
      throw Failure({"energy", where, field, std::to_string(energy), "finite energies above zero"});
  bool kev = lower(unit) == "kev";
  if (unit.empty()) {
    kev = *std::max_element(energies.begin(), energies.end()) < largest_kev;
    assumptions.push_back(where + ": " + field + " has no unit; its maximum is " +
                          (kev ? "below 70: taken as keV" : "70 or more: taken as eV"));
  } else if (!kev && lower(unit) != "ev") {
    throw Failure({"energy", where, field, "in " + unit, "eV or keV"});
  }
  if (kev)
    for (double& energy : energies) energy *= ev_per_kev;
  return energies;
}

void require_beam_energies(const std::vector<double>& energies_ev, const std::string& where,
                           const std::string& field) {
  for (const double ev : energies_ev)
    if (ev < lowest_ev || ev > highest_ev)
      throw Failure({"energy", where, field, std::to_string(ev) + " eV",
                     std::string("10 eV to 200 keV; ") + (ev < lowest_ev ? "keV" : "eV") + " may be meant"});
}

}  // namespace phasecast
