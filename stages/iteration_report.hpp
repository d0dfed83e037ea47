#pragma once

namespace phasecast {

/// What one pass of a solver changed.
struct IterationReport {
  double relative_error =
      0;                  ///< the paper's RE: sum of the squared changes of all duals, divided by the pixels
  double map_change = 0;  ///< RMS change of the fractions over states and sample pixels
};

}  // namespace phasecast
