#pragma once

#include "tools/evaluate/methods.hpp"

namespace phasecast {

/// B = AᵀY and the other sums that all methods need.
NormalEquations stack_equations(const EvaluationData& data);

/// From the stack in memory to the converged map: sums, least squares, noise, automatic λ, RUM-TV. The
/// result says how long it took.
MapResult rum_tv_job(EvaluationData& data);

}  // namespace phasecast
