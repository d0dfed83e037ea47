#pragma once

#include <Eigen/Core>
#include <vector>

#include "stages/shift_problem.hpp"

namespace phasecast {

/// What no mixture of references and background explains.
struct Unexplained {
  std::vector<double> energies_ev;  ///< [E]
  Eigen::VectorXd mean;             ///< [E], mean residual over the pixels, absorbance
  double noise_sigma = 0;           ///< of one value
  double structure =
      0;  ///< RMS of `mean` over what noise leaves in a mean of as many pixels: 1 of noise alone
  Eigen::VectorXd direction;  ///< [E], unit vector of the residual's strongest direction
  double strength = 0;        ///< second moment of the pixels' amounts of it, over the noise variance
  double noise_edge = 0;      ///< noise alone stays below that (largest_of_noise)
  double part =
      0;  ///< RMS amount over the RMS norm of the spectra: of what is seen, so much is not explained
  /// Part of the squared amounts, noise taken off, that is on the weaker side. Amounts of a chemical state
  /// are on one side; those of a drift, a nonlinear detector or a curved background need not be.
  double other_side = 0;

  /// Whether a state's spectrum is wrong or missing: an amount that noise does not have, that matters, and
  /// that is on one side.
  bool structured() const;
};

/// With shifts within reach of the problem. Error "pixels": fewer than two per energy.
Result<Unexplained> unexplained(const ShiftProblem& problem, const Eigen::VectorXd& shift);

/// The pixels, as columns of the problem, that have most of a direction that the references lack, for their
/// amount: where a state that is missing is purest.
std::vector<Eigen::Index> richest_pixels(const ShiftProblem& problem, const Eigen::VectorXd& direction,
                                         Eigen::Index count);

}  // namespace phasecast
