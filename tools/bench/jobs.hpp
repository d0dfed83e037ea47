#pragma once

#include "tools/evaluate/methods.hpp"

namespace phasecast {

/// B = AᵀY and the other sums that all methods need.
NormalEquations stack_equations(const EvaluationData& data);

/// From the stack in memory to the map, by a method of tools/evaluate. "rum-tv": sums, least squares, noise,
/// automatic λ, iterations until converged.
double seconds_of_job(EvaluationData& data, const std::string& method);

}  // namespace phasecast
