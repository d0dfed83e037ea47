#include "stages/reference_check.hpp"

#include <cmath>
#include <limits>

#include "stages/region_fit.hpp"
#include "stages/unexplained.hpp"

namespace phasecast {

namespace {

constexpr std::size_t most_spectra = 2048;
constexpr double significant = 3;         // standard deviations
constexpr double smallest_said_ev = 0.2;  // between valence states 1 to 3 eV apart: a tenth of a fraction
constexpr double smallest_part = 0.04;    // of the signal; real scans have drift and background as large
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

bool structured(const Unexplained& left) {
  return left.beyond_noise() && left.part > smallest_part;
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

Result<ReferenceCheck> compare_references(const SpectrumSample& sample, std::span<const Spectrum> references,
                                          const Dictionary& dictionary, const ReferenceCheckConfig& config) {
  const auto element = with_element(sample, dictionary, most_spectra);
  if (!element) return element.error();
  const int terms = background_terms(dictionary.config());
  const auto shifts = fit_shifts(*element, references, terms, config.shift);
  if (!shifts) return shifts.error();

  ReferenceCheck check;
  Eigen::VectorXd best = Eigen::VectorXd::Zero(shifts->shift_ev.size());
  bool any_told = false, any_wrong = false;
  for (Eigen::Index l = 0; l < best.size(); ++l) {
    const bool told = shifts->told(l);
    if (told) best(l) = shifts->shift_ev(l);
    check.shift_ev.push_back(told ? best(l) : std::numeric_limits<double>::quiet_NaN());
    check.shift_uncertainty_ev.push_back(shifts->uncertainty_ev(l));
    any_told = any_told || told;
    any_wrong = any_wrong || worth_saying(check, static_cast<std::size_t>(l));
  }
  check.shift_applied = config.apply && any_told;

  const Eigen::VectorXd used = check.shift_applied ? best : Eigen::VectorXd::Zero(best.size());
  const ShiftProblem problem(*element, references, terms, used, 0);
  const auto left = unexplained(problem, used);
  if (!left) return check;  // too few pixels with the element to tell structure from noise
  check.residual_ev = left->energies_ev;
  check.residual.assign(left->mean.begin(), left->mean.end());
  check.residual_structure = left->structure;
  check.structured = structured(*left);
  if (!check.structured) return check;

  const bool moved = any_wrong && !check.shift_applied;
  const ShiftProblem at_best(*element, references, terms, best, 0);
  const auto rest = moved ? unexplained(at_best, best) : left;
  if (rest && structured(*rest))
    check.suggested =
        suggest(*element, problem.rows(),
                richest_pixels(moved ? at_best : problem, rest->direction, pure_pixels), dictionary);
  return check;
}

}  // namespace phasecast
