#include "tools/findings.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "stages/reference_check.hpp"

namespace phasecast {
namespace {

std::string uncertainty_text(double fraction) {
  return std::isnan(fraction) ? "±?" : fmt::format("±{:.1f} %", 100 * fraction);
}

/// With the digits that its uncertainty leaves.
std::string shift_text(double shift_ev, double uncertainty_ev) {
  return fmt::format("{:.{}f} ± {:.{}f} eV", shift_ev, uncertainty_ev < 0.05 ? 2 : 1, uncertainty_ev,
                     uncertainty_ev < 0.05 ? 2 : 1);
}

}  // namespace

const Drift* newest_trusted(const std::vector<Drift>& drift) {
  const auto found = std::find_if(drift.rbegin(), drift.rend(), [](const Drift& d) { return d.trusted; });
  return found == drift.rend() ? nullptr : &*found;
}

std::size_t flagged(const std::vector<Drift>& drift) {
  return static_cast<std::size_t>(
      std::count_if(drift.begin(), drift.end(), [](const Drift& d) { return !d.trusted; }));
}

std::string drift_text(const std::vector<Drift>& drift) {
  const Drift* newest = newest_trusted(drift);
  std::string text = newest ? fmt::format("drift {:+.1f} {:+.1f} px, magnification {:.4f}", newest->x,
                                          newest->y, newest->magnification)
                            : std::string("drift not known");
  if (const auto count = flagged(drift)) text += fmt::format("; {} of {} flagged", count, drift.size());
  return text;
}

std::string advice_text(const Advice& advice, std::size_t energies_planned) {
  std::string text = fmt::format("{} now, {} with all {}", uncertainty_text(advice.uncertainty),
                                 uncertainty_text(advice.uncertainty_planned), energies_planned);
  if (!std::isnan(advice.next_energy_ev)) text += fmt::format("; next {:.1f} eV", advice.next_energy_ev);
  if (!std::isnan(advice.uncertainty_next)) text += ", " + uncertainty_text(advice.uncertainty_next);
  if (advice.enough) text += "; enough";
  return text;
}

std::vector<std::string> reference_warnings(const ReferenceCheck& found,
                                            const std::vector<std::string>& states) {
  std::vector<std::string> texts;
  for (std::size_t state = 0; state < states.size() && !found.shift_applied; ++state) {
    if (!worth_saying(found, state)) continue;
    const double shift = found.shift_ev[state];
    texts.push_back(fmt::format("{} seems {} too {}", states[state],
                                shift_text(std::abs(shift), found.shift_uncertainty_ev[state]),
                                shift > 0 ? "low" : "high"));
  }
  if (found.structured) {
    const auto times = std::isnan(found.residual_structure)
                           ? std::string("more than noise")
                           : fmt::format("{:.1f} times the noise", found.residual_structure);
    texts.push_back("residual " + times + ": a reference is wrong or missing");
  }
  return texts;
}

std::vector<std::string> reference_moves(const ReferenceCheck& found,
                                         const std::vector<std::string>& states) {
  std::vector<std::string> texts;
  for (std::size_t state = 0; state < states.size() && found.shift_applied; ++state) {
    if (std::isnan(found.shift_ev[state])) continue;
    texts.push_back(fmt::format("{} moved by {}{}", states[state], found.shift_ev[state] < 0 ? "" : "+",
                                shift_text(found.shift_ev[state], found.shift_uncertainty_ev[state])));
  }
  return texts;
}

}  // namespace phasecast
