#pragma once

#include "tools/bench/bench.hpp"
#include "tools/evaluate/methods.hpp"

namespace phasecast {

/// B = AᵀY and the other sums that all methods need.
NormalEquations stack_equations(const EvaluationData& data);

/// From the stack in memory to the map, by a method of tools/evaluate. "rum-tv": sums, least squares, noise,
/// automatic λ, iterations until converged: until the estimated distance is a fifth below it, because
/// estimates are.
MapResult run_job(EvaluationData& data, const std::string& method);

/// RMS distance of a job's RUM-TV map to the limit with its λ.
double distance_to_limit(const EvaluationData& data, const MapResult& map);

}  // namespace phasecast
