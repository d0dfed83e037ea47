#include "stages/reference_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "stages/region_fit.hpp"
#include "stages/unexplained.hpp"

namespace phasecast {

namespace {

constexpr std::size_t most_spectra = 2048;
constexpr Eigen::Index most_fitted =
    512;                           // of them: shifts take many passes, and noise is not what limits them
constexpr double significant = 3;  // standard deviations
constexpr double smallest_said_ev = 0.2;  // between valence states 1 to 3 eV apart: a tenth of a fraction
constexpr double mostly = 0.5;            // of what noise does not explain
constexpr Eigen::Index pure_pixels = 9;   // that a suggested spectrum is the mean of

/// From where it is purest; of the references' mean, since y = s A x leaves the scale of each free.
std::vector<double> suggest(const SpectrumSample& sample, const std::vector<Eigen::Index>& energies,
                            const std::vector<Eigen::Index>& pixels, const Dictionary& dictionary) {
  std::vector<double> energies_ev;
  double of_references = 0;
  for (const Eigen::Index e : energies) {
    energies_ev.push_back(sample.energies_ev[static_cast<std::size_t>(e)]);
    of_references += dictionary.row(energies_ev.back()).mean();
  }
  const Eigen::VectorXd mean = sample.absorbance(energies, pixels).cast<double>().rowwise().mean();
  Eigen::VectorXd spectrum = mean - background_of(dictionary, energies_ev, mean);
  spectrum *= of_references / spectrum.sum();
  if (!spectrum.allFinite()) return {};
  return {spectrum.begin(), spectrum.end()};
}

/// Whether shifts are what is wrong, if anything is: not, where they explain less than half of what noise
/// does not. `values`: degrees of freedom of the misfits.
bool believable(const ReferenceShifts& shifts, const Unexplained& unmoved, Eigen::Index values) {
  if (!unmoved.structured()) return true;
  const double of_noise = unmoved.noise_sigma * unmoved.noise_sigma * static_cast<double>(values);
  return shifts.misfit_before - shifts.misfit_after > mostly * (shifts.misfit_before - of_noise);
}

/// What is told becomes the check's; 0 for what is not.
Eigen::VectorXd tell(const ReferenceShifts& shifts, bool believed, ReferenceCheck& check) {
  Eigen::VectorXd best = Eigen::VectorXd::Zero(shifts.shift_ev.size());
  for (Eigen::Index l = 0; l < best.size(); ++l) {
    const bool told = believed && shifts.told(l);
    if (told) best(l) = shifts.shift_ev(l);
    check.shift_ev.push_back(told ? best(l) : std::numeric_limits<double>::quiet_NaN());
    check.shift_uncertainty_ev.push_back(shifts.uncertainty_ev(l));
  }
  return best;
}

bool any_worth_saying(const ReferenceCheck& check) {
  for (std::size_t l = 0; l < check.shift_ev.size(); ++l)
    if (worth_saying(check, l)) return true;
  return false;
}

bool any_told(const ReferenceCheck& check) {
  return !std::all_of(check.shift_ev.begin(), check.shift_ev.end(), [](double s) { return std::isnan(s); });
}

}  // namespace

bool worth_saying(const ReferenceCheck& check, std::size_t state) {
  const double shift = std::abs(check.shift_ev[state]);  // NaN is never more
  return shift > smallest_said_ev && shift > significant * check.shift_uncertainty_ev[state];
}

std::vector<Spectrum> shifted(std::span<const Spectrum> references, std::span<const double> shift_ev) {
  std::vector<Spectrum> list(references.begin(), references.end());
  for (std::size_t l = 0; l < list.size(); ++l)
    if (!std::isnan(shift_ev[l]))
      for (double& energy_ev : list[l].energy_ev) energy_ev += shift_ev[l];
  return list;
}

Result<ReferenceCheck> compare_references(const SampleView& sample, std::span<const Spectrum> references,
                                          const Dictionary& dictionary, const ReferenceCheckConfig& config) {
  const auto element = with_element(sample, dictionary, most_spectra);
  if (!element) return element.error();
  const int terms = background_terms(dictionary.config()) + 1;
  const SpectrumSample fitted = thinned(*element, most_fitted);
  const auto shifts = fit_shifts(fitted, references, terms, config.shift);
  if (!shifts) return shifts.error();

  ReferenceCheck check;
  const Eigen::VectorXd none = Eigen::VectorXd::Zero(shifts->shift_ev.size());
  const ShiftProblem as_given(*element, references, terms, none, 0);
  const auto unmoved = unexplained(as_given, none);
  const Eigen::Index values = as_given.degrees_of_freedom() * fitted.pixels();
  const Eigen::VectorXd best = tell(*shifts, !unmoved || believable(*shifts, *unmoved, values), check);
  check.shift_applied = config.apply && any_told(check);
  check.residual_structure = std::numeric_limits<double>::quiet_NaN();
  if (!unmoved) return check;  // too few pixels with the element to tell structure from noise

  const bool moved = check.shift_applied || any_worth_saying(check);
  std::optional<ShiftProblem> moved_there;
  if (moved) moved_there.emplace(*element, references, terms, best, 0);
  const ShiftProblem& at_best = moved ? *moved_there : as_given;
  const auto rest = moved ? unexplained(at_best, best) : unmoved;
  if (!rest) return rest.error();
  const Unexplained& left = check.shift_applied ? *rest : *unmoved;
  const ShiftProblem& problem = check.shift_applied ? at_best : as_given;
  check.residual_ev = left.energies_ev;
  check.residual.assign(left.mean.begin(), left.mean.end());
  check.residual_structure = left.structure;
  check.structured = left.structured();
  if (rest->structured())
    check.suggested =
        suggest(*element, problem.rows(), richest_pixels(at_best, rest->direction, pure_pixels), dictionary);
  return check;
}

}  // namespace phasecast
