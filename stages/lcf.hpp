#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "stages/moments.hpp"

namespace phasecast {

/// Least squares on the support that the constraints leave, from the normal equations; exact for any L <= 8.
enum class LcfConstraint {
  non_negative_sum_to_one,  ///< eq. (3): scale fixed at 1, for edge_step-normalized data
  non_negative,             ///< eq. (6) without a prior: z >= 0, then s = Σz and x = z / s
};

/// Fractions [L][N] and scale [N]. Where s is 0 (nothing there) the fractions are 1/L: the mask, not the
/// number, says that nothing is known.
struct LcfResult {
  std::vector<double> fraction;
  std::vector<double> scale;
};

/// `used` gives its memory.
LcfResult lcf(const NormalEquations& equations, LcfConstraint constraint, LcfResult used = {});

/// z >= 0 itself, [P][L], from AᵀA [L][L] and YᵀA [P][L]; on the calling thread, for few pixels.
Eigen::MatrixXd non_negative_amounts(const Eigen::MatrixXd& gram, const Eigen::MatrixXd& projection);

}  // namespace phasecast
