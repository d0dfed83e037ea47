#include "stages/reference_shift.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "stages/dense.hpp"
#include "stages/shift_grid.hpp"

namespace phasecast {

namespace {

constexpr double told_within_ev = 0.5;  // about half of the distance between valence states
constexpr double coarse_step_ev = 0.5;  // an edge is 1 to 3 eV wide
constexpr Eigen::Index coarse_pixels = 128;
constexpr double fine_reach_ev = 1;
constexpr double converged_ev = 1e-3;
constexpr int most_steps = 20, most_halvings = 6, most_recentered = 4;
constexpr Eigen::Index pieces = 10;  // of the energies, each with a residual of its own

/// The best of steps along one direction; `steps` is where it starts.
Eigen::VectorXi best_along(const ShiftGrid& grid, const Eigen::VectorXi& steps,
                           const Eigen::VectorXi& direction) {
  Eigen::VectorXi best = steps;
  double least = grid.misfit(steps);
  for (int n = -grid.reach(); n <= grid.reach(); ++n) {
    const Eigen::VectorXi next =
        steps - steps.cwiseProduct(direction) + n * direction;  // replaces what moves
    const double misfit = grid.misfit(next);
    if (misfit >= least) continue;
    least = misfit;
    best = next;
  }
  return best;
}

Eigen::VectorXd coarse_search(const ShiftGrid& grid, bool common) {
  const Eigen::Index states = grid.states();
  Eigen::VectorXi steps = best_along(grid, Eigen::VectorXi::Zero(states), Eigen::VectorXi::Ones(states));
  for (int round = 0; !common && round < 2; ++round)
    for (Eigen::Index l = 0; l < states; ++l)
      steps = best_along(grid, steps, Eigen::VectorXi::Unit(states, l));
  return coarse_step_ev * steps.cast<double>();
}

/// Least squares with a prior, in units of the noise.
struct Posterior {
  const ShiftProblem& problem;
  Eigen::MatrixXd map;  // [L][parameters]
  double noise_variance;
  double prior_precision;

  double energy(const Eigen::VectorXd& shift) const {
    return problem.misfit(shift) / noise_variance + prior_precision * shift.squaredNorm();
  }
  Eigen::MatrixXd precision(const ShiftSlope& slope) const {
    const Eigen::MatrixXd own = slope.curvature / noise_variance +
                                prior_precision * Eigen::MatrixXd::Identity(map.rows(), map.rows());
    return map.transpose() * own * map;
  }
  Eigen::VectorXd step(const ShiftSlope& slope, const Eigen::VectorXd& shift) const {
    const Eigen::VectorXd downhill =
        slope.downhill.colwise().sum().transpose() / noise_variance - prior_precision * shift;
    return map * solve_symmetric(precision(slope), map.transpose() * downhill);
  }
};

/// Gauss-Newton within reach of the center, with steps halved until they lead down.
Eigen::VectorXd descend(const Posterior& posterior, Eigen::VectorXd shift) {
  const ShiftProblem& problem = posterior.problem;
  const auto within_reach = [&](const Eigen::VectorXd& s) -> Eigen::VectorXd {
    return problem.center() + (s - problem.center()).cwiseMax(-fine_reach_ev).cwiseMin(fine_reach_ev);
  };
  double energy = posterior.energy(shift);
  for (int n = 0; n < most_steps; ++n) {
    Eigen::VectorXd step = posterior.step(problem.slope(shift), shift);
    Eigen::VectorXd next = within_reach(shift + step);
    double reached = posterior.energy(next);
    for (int k = 0; k < most_halvings && !(reached < energy); ++k) {
      step /= 2;
      next = within_reach(shift + step);
      reached = posterior.energy(next);
    }
    if (!(reached < energy)) break;
    const double moved = (next - shift).cwiseAbs().maxCoeff();
    shift = next;
    energy = reached;
    if (moved < converged_ev) break;
  }
  return shift;
}

/// The information that the amounts carry without what noise adds to their squares; none of a state whose
/// amounts are no larger than their noise: of those, any shift would fit some.
Eigen::MatrixXd without_noise(const ShiftSlope& slope, double noise_variance) {
  Eigen::VectorXd kept(slope.curvature.rows());
  for (Eigen::Index l = 0; l < kept.size(); ++l) {
    const double all = slope.curvature(l, l), noise = noise_variance * slope.of_noise(l, l);
    kept(l) = all > 0 ? std::sqrt(std::max(1 - 2 * noise / all, 0.0)) : 0;
  }
  return kept.asDiagonal() * slope.curvature * kept.asDiagonal();
}

/// See ReferenceShifts.
Eigen::VectorXd uncertainty(const Posterior& posterior, const Eigen::VectorXd& shift) {
  ShiftSlope slope = posterior.problem.slope(shift);
  slope.curvature = without_noise(slope, posterior.noise_variance);
  const Eigen::Index energies = slope.downhill.rows(), states = slope.downhill.cols(),
                     free = posterior.map.cols(), count = std::min(pieces, energies);
  const Eigen::MatrixXd covariance =
      solve_symmetric(posterior.precision(slope), Eigen::MatrixXd::Identity(free, free));
  Eigen::MatrixXd pulls = posterior.prior_precision * Eigen::MatrixXd::Identity(states, states);
  for (Eigen::Index i = 0; i < count; ++i) {
    const Eigen::Index first = i * energies / count, last = (i + 1) * energies / count;
    const Eigen::VectorXd pull =
        slope.downhill.middleRows(first, last - first).colwise().sum().transpose() / posterior.noise_variance;
    pulls += pull * pull.transpose();
  }
  const Eigen::MatrixXd to_states = posterior.map * covariance;
  return (to_states * posterior.map.transpose())
      .diagonal()
      .cwiseMax(
          (to_states * posterior.map.transpose() * pulls * posterior.map * to_states.transpose()).diagonal())
      .cwiseSqrt();
}

double noise_variance(const ShiftProblem& problem, const Eigen::VectorXd& shift) {
  const double values = static_cast<double>(problem.degrees_of_freedom() * problem.pixels());
  return std::max(problem.misfit(shift) / values, std::numeric_limits<double>::min());
}

Error too_few(const ShiftProblem& problem) {
  return {"energies", "references", "energies covered wherever they are moved to",
          std::to_string(problem.energies()),
          "at least " + std::to_string(problem.energies() - problem.degrees_of_freedom() + problem.states())};
}

/// What is fitted: shifts map · p of the parameters p.
struct Fit {
  const SpectrumSample& sample;
  std::span<const Spectrum> references;
  int background_terms;
  double search_ev;
  Eigen::MatrixXd map;
};

/// From a start on; the problem moves along with the shifts, so that their references cover what it holds.
Result<ReferenceShifts> refine(const Fit& fit, Eigen::VectorXd shift) {
  const double prior_precision = std::pow(2 / fit.search_ev, 2);
  for (int n = 1;; ++n) {
    const ShiftProblem fine(fit.sample, fit.references, fit.background_terms, shift,
                            fine_reach_ev + ShiftProblem::half_difference_ev);
    if (fine.degrees_of_freedom() < fine.states()) return too_few(fine);
    shift = descend({fine, fit.map, noise_variance(fine, shift), prior_precision}, shift);
    const bool at_the_edge = (shift - fine.center()).cwiseAbs().maxCoeff() >= fine_reach_ev;
    if (at_the_edge && n < most_recentered) continue;

    ReferenceShifts found{shift,
                          uncertainty({fine, fit.map, noise_variance(fine, shift), prior_precision}, shift)};
    for (Eigen::Index l = 0; l < shift.size(); ++l)
      if (at_the_edge || std::abs(shift(l)) >= fit.search_ev)
        found.uncertainty_ev(l) = std::numeric_limits<double>::infinity();
    return found;
  }
}

/// With shifts that are not told held at 0: they would go along with any noise, and draw others with them.
Result<ReferenceShifts> hold_untold(Fit fit, const ReferenceShifts& all) {
  std::vector<Eigen::Index> told;
  Eigen::VectorXd start = all.shift_ev;
  for (Eigen::Index l = 0; l < start.size(); ++l) all.told(l) ? told.push_back(l) : void(start(l) = 0);
  if (told.empty() || static_cast<Eigen::Index>(told.size()) == start.size()) return all;
  fit.map = Eigen::MatrixXd(fit.map(Eigen::all, told));
  auto held = refine(fit, start);
  if (!held) return held;
  for (Eigen::Index l = 0; l < start.size(); ++l)
    if (!all.told(l)) held->uncertainty_ev(l) = all.uncertainty_ev(l);
  return held;
}

}  // namespace

bool ReferenceShifts::told(Eigen::Index state) const {
  return uncertainty_ev(state) <= told_within_ev;
}

Result<ReferenceShifts> fit_shifts(const SpectrumSample& sample, std::span<const Spectrum> references,
                                   int background_terms, const ShiftConfig& config) {
  const auto states = static_cast<Eigen::Index>(references.size());
  const ShiftProblem coarse(thinned(sample, coarse_pixels), references, background_terms,
                            Eigen::VectorXd::Zero(states), config.search_ev);
  if (coarse.pixels() == 0)
    return Error{"pixels", "scan", "pixels with the element", "0", "some, to tell the references' shifts"};
  if (coarse.degrees_of_freedom() < states) return too_few(coarse);

  Fit fit{sample, references, background_terms, config.search_ev, Eigen::MatrixXd::Identity(states, states)};
  if (config.common) fit.map = Eigen::MatrixXd::Ones(states, 1);
  auto found = refine(fit, coarse_search({coarse, coarse_step_ev}, config.common));
  if (found && !config.common) found = hold_untold(fit, *found);
  if (!found) return found;

  constexpr double rounding_ev = 1e-9;
  const ShiftProblem both(sample, references, background_terms, found->shift_ev / 2,
                          found->shift_ev.cwiseAbs().maxCoeff() / 2 + rounding_ev);
  found->misfit_before = both.misfit(Eigen::VectorXd::Zero(states));
  found->misfit_after = both.misfit(found->shift_ev);
  return found;
}

}  // namespace phasecast
