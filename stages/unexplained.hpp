#pragma once

#include <Eigen/Core>
#include <vector>

#include "stages/shift_problem.hpp"

namespace phasecast {

/// What no mixture of references and background explains. Of noise alone the structure is 1 and the strongest
/// direction stays below noise_edge.
struct Unexplained {
  std::vector<double> energies_ev;  ///< [E]
  Eigen::VectorXd mean;             ///< [E], mean residual over the pixels, absorbance
  double noise_sigma = 0;           ///< of one value
  double structure = 0;             ///< RMS of `mean` over what noise leaves in a mean of as many pixels
  Eigen::VectorXd direction;        ///< [E], unit vector of the residual's strongest direction
  double strength = 0;              ///< its second moment over the noise variance
  double noise_edge = 0;            ///< largest_of_noise
  double part = 0;  ///< RMS amount of `direction` over the RMS norm of the spectra: how much of what is
                    ///< seen is not explained

  bool beyond_noise() const { return strength > noise_edge; }
};

/// With shifts within reach of the problem. Error "pixels": fewer than two per energy.
Result<Unexplained> unexplained(const ShiftProblem& problem, const Eigen::VectorXd& shift);

/// Columns of the sample that have most of a direction that the references lack, for their amount: where a
/// state that is missing is purest. The columns of sample and problem are the same pixels.
std::vector<Eigen::Index> richest_pixels(const ShiftProblem& problem, const Eigen::VectorXd& direction,
                                         Eigen::Index count);

}  // namespace phasecast
