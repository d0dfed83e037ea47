#include "stages/reference_shift.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "stages/shift_problem.hpp"

namespace phasecast {

namespace {

constexpr double told_within_ev = 0.5;  // about half of the distance between valence states
constexpr double coarse_step_ev = 0.5;  // an edge is 1 to 3 eV wide
constexpr Eigen::Index coarse_pixels = 256;
constexpr double fine_reach_ev = 1;
constexpr double converged_ev = 1e-3;
constexpr int most_steps = 20, most_halvings = 6, most_recentered = 4;
constexpr Eigen::Index pieces = 10;  // of the energies, each with a residual of its own

/// Shifts δ = map · p of the parameters p: all of their own, or one for all.
Eigen::MatrixXd parameters(Eigen::Index states, bool common) {
  if (common) return Eigen::MatrixXd::Ones(states, 1);
  return Eigen::MatrixXd::Identity(states, states);
}

SpectrumSample thinned(const SpectrumSample& sample, Eigen::Index most) {
  const Eigen::Index step = std::max<Eigen::Index>(1, (sample.pixels() + most - 1) / most);
  return {sample.energies_ev, sample.absorbance(Eigen::all, Eigen::seq(0, Eigen::last, step))};
}

/// The best of steps along one direction, within reach of 0; `shift` is where it starts.
Eigen::VectorXd best_along(const ShiftProblem& problem, Eigen::VectorXd shift,
                           const Eigen::VectorXd& direction) {
  Eigen::VectorXd best = shift;
  double least = problem.misfit(shift);
  const int most = static_cast<int>(problem.reach_ev() / coarse_step_ev);
  for (int n = -most; n <= most; ++n) {
    const Eigen::VectorXd next =
        shift - shift.cwiseProduct(direction) + n * coarse_step_ev * direction;  // replaces what moves
    const double misfit = problem.misfit(next);
    if (misfit >= least) continue;
    least = misfit;
    best = next;
  }
  return best;
}

Eigen::VectorXd coarse_search(const ShiftProblem& problem, bool common) {
  const Eigen::Index states = problem.states();
  Eigen::VectorXd shift = best_along(problem, Eigen::VectorXd::Zero(states), Eigen::VectorXd::Ones(states));
  for (int round = 0; !common && round < 2; ++round)
    for (Eigen::Index l = 0; l < states; ++l)
      shift = best_along(problem, shift, Eigen::VectorXd::Unit(states, l));
  return shift;
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
    return map * precision(slope).ldlt().solve(map.transpose() * downhill);
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

/// Covariance of the shifts, see ReferenceShifts.
Eigen::VectorXd uncertainty(const Posterior& posterior, const Eigen::VectorXd& shift) {
  const ShiftSlope slope = posterior.problem.slope(shift);
  const Eigen::MatrixXd covariance = posterior.precision(slope).ldlt().solve(
      Eigen::MatrixXd::Identity(posterior.map.cols(), posterior.map.cols()));
  const Eigen::Index energies = slope.downhill.rows(), states = slope.downhill.cols(),
                     count = std::min(pieces, energies);
  Eigen::MatrixXd pulls = posterior.prior_precision * Eigen::MatrixXd::Identity(states, states);
  for (Eigen::Index i = 0; i < count; ++i) {
    const Eigen::Index first = i * energies / count, last = (i + 1) * energies / count;
    const Eigen::VectorXd pull =
        slope.downhill.middleRows(first, last - first).colwise().sum().transpose() / posterior.noise_variance;
    pulls += pull * pull.transpose();
  }
  const Eigen::MatrixXd sandwich =
      covariance * (posterior.map.transpose() * pulls * posterior.map) * covariance;
  const Eigen::MatrixXd to_states = posterior.map;
  return (to_states * covariance * to_states.transpose())
      .diagonal()
      .cwiseMax((to_states * sandwich * to_states.transpose()).diagonal())
      .cwiseSqrt();
}

double noise_variance(const ShiftProblem& problem, const Eigen::VectorXd& shift) {
  const double values = static_cast<double>(problem.degrees_of_freedom() * problem.pixels());
  return std::max(problem.misfit(shift) / values, std::numeric_limits<double>::min());
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
  if (coarse.degrees_of_freedom() < states)
    return Error{"energies", "references", "energies covered wherever they are moved to",
                 std::to_string(coarse.energies()),
                 "at least " + std::to_string(coarse.energies() - coarse.degrees_of_freedom() + states)};

  Eigen::VectorXd shift = coarse_search(coarse, config.common);
  const double precision = std::pow(2 / config.search_ev, 2);
  for (int n = 1;; ++n) {
    const ShiftProblem fine(sample, references, background_terms, shift,
                            fine_reach_ev + ShiftProblem::half_difference_ev);
    const Posterior posterior{fine, parameters(states, config.common), noise_variance(fine, shift),
                              precision};
    shift = descend(posterior, shift);
    const bool at_the_edge = (shift - fine.center()).cwiseAbs().maxCoeff() >= fine_reach_ev;
    if (at_the_edge && n < most_recentered) continue;

    ReferenceShifts found{shift, uncertainty(posterior, shift)};
    for (Eigen::Index l = 0; l < states; ++l)
      if (std::abs(shift(l)) >= config.search_ev || at_the_edge)
        found.uncertainty_ev(l) = std::numeric_limits<double>::infinity();
    constexpr double rounding_ev = 1e-9;
    const ShiftProblem both(sample, references, background_terms, shift / 2,
                            shift.cwiseAbs().maxCoeff() / 2 + rounding_ev);
    found.misfit_before = both.misfit(Eigen::VectorXd::Zero(states));
    found.misfit_after = both.misfit(shift);
    return found;
  }
}

}  // namespace phasecast
