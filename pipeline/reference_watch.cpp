#include "pipeline/reference_watch.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>

#include "stages/reference_check.hpp"

namespace phasecast {

namespace {

std::string with_error(double shift_ev, double uncertainty_ev) {
  return fmt::format("{:.2f} ± {:.2f} eV", shift_ev, uncertainty_ev);
}

/// All by the same, within their uncertainties: as when the monochromator drifted.
bool all_alike(const ReferenceCheck& check) {
  for (std::size_t l = 1; l < check.shift_ev.size(); ++l) {
    const double apart = std::abs(check.shift_ev[l] - check.shift_ev[0]);
    const double allowed = 2 * std::hypot(check.shift_uncertainty_ev[l], check.shift_uncertainty_ev[0]);
    if (!(apart <= std::max(allowed, 0.1))) return false;
  }
  return true;
}

std::string applied_shifts(std::span<const std::string> states, const ReferenceCheck& check) {
  std::string list;
  for (std::size_t l = 0; l < states.size(); ++l)
    list += fmt::format("{}{} {}", l > 0 ? ", " : "", states[l],
                        std::isnan(check.shift_ev[l])
                            ? "not at all (cannot be told)"
                            : "by " + with_error(check.shift_ev[l], check.shift_uncertainty_ev[l]));
  return list;
}

}  // namespace

void ReferenceWatch::open(const ScanStart& scan, bool unmixed) {
  const bool keep = unmixed && config_.reference_shift != ReferenceShift::off;
  sampled_.restart(scan.energies_ev.size(), scan.shape, keep);
}

std::optional<ReferenceCheck> ReferenceWatch::compare(const Dictionary& dictionary, bool apply) const {
  if (config_.reference_shift == ReferenceShift::off) return std::nullopt;
  const bool common = config_.reference_shift == ReferenceShift::fit_common;
  auto check =
      compare_references(sampled_.view(), config_.references, dictionary, {{.common = common}, apply});
  if (check) return *std::move(check);
  spdlog::info("shifts of the references cannot be told: {}", check.error().text());
  return std::nullopt;
}

void ReferenceWatch::say(const std::string& scan_id, std::span<const std::string> states,
                         const ReferenceCheck& check) const {
  if (check.shift_applied)
    spdlog::info("scan {}: map made with shifted references: {}", scan_id, applied_shifts(states, check));
  std::string note;
  for (const std::string& complaint : complaints(states, check)) {
    spdlog::warn("scan {}: {}", scan_id, complaint);
    note += (note.empty() ? "" : "; ") + complaint;
  }
  if (!note.empty()) ledger_.note(note);
}

std::vector<std::string> complaints(std::span<const std::string> states, const ReferenceCheck& check) {
  std::vector<std::string> list;
  std::vector<std::size_t> wrong;
  for (std::size_t l = 0; l < states.size(); ++l)
    if (!check.shift_applied && worth_saying(check, l)) wrong.push_back(l);
  const auto seems = [&](const std::string& what, std::size_t l) {
    const double shift_ev = check.shift_ev[l];
    list.push_back(
        fmt::format("{} {} too {} in energy: @{:+.2f} would put it right, or --reference-shift fit", what,
                    with_error(std::abs(shift_ev), check.shift_uncertainty_ev[l]),
                    shift_ev > 0 ? "low" : "high", shift_ev));
  };
  if (wrong.size() == states.size() && all_alike(check))
    seems("all references seem", wrong.front());
  else
    for (const std::size_t l : wrong) seems("reference " + states[l] + " seems", l);
  if (!check.suggested.empty())
    list.push_back(
        "the references leave a residual with structure: a state seems to be missing, or one is "
        "not what its reference says");
  return list;
}

Result<ShiftedScan> with_shifted_references(const UnmixConfig& config, const ScanStart& scan,
                                            const ReferenceCheck& check,
                                            std::span<const PlannedFrame> frames) {
  const auto references = shifted(config.references, check.shift_ev);
  const auto covered = [&](double energy_ev) {
    return std::all_of(references.begin(), references.end(), [&](const Spectrum& reference) {
      return energy_ev >= reference.energy_ev.front() && energy_ev <= reference.energy_ev.back();
    });
  };
  std::vector<double> planned_ev;
  std::copy_if(scan.energies_ev.begin(), scan.energies_ev.end(), std::back_inserter(planned_ev), covered);
  auto dictionary = Dictionary::make(references, planned_ev, config.normalize);
  if (!dictionary) return dictionary.error();

  ShiftedScan made{Moments(scan.shape, std::move(*dictionary)), {}};
  std::vector<KeptFrame> used;
  for (const PlannedFrame& planned : frames) {
    if (!covered(planned.frame.energy_ev)) continue;
    made.energies_used.push_back(planned.energy_index);
    used.push_back(planned.frame);
  }
  add_kept(used, 1, made.moments);
  return made;
}

}  // namespace phasecast
