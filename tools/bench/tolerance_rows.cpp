#include <spdlog/fmt/fmt.h>

#include <cmath>

#include "stages/algorithm_one.hpp"
#include "stages/convergence.hpp"
#include "stages/quality.hpp"
#include "stages/rum_tv.hpp"
#include "tools/bench/bench.hpp"
#include "tools/bench/problem.hpp"
#include "tools/bench/timing.hpp"

namespace phasecast {
namespace {

constexpr int literal_iterations = 100;  // the paper's (section V-A)
constexpr int most_iterations = 2000;

template <class Solver>
std::vector<float> map_of(const Solver& solver) {
  const auto fractions = solver.fractions();
  return {fractions.begin(), fractions.end()};
}

std::vector<float> limit_map(const BenchProblem& problem) {
  RumTv<double> solver(problem.shape(), problem.states());
  problem.begin(solver);
  Convergence convergence;
  for (int k = 0; k < most_iterations && !(convergence.distance() < converged / 100); ++k)
    convergence.add(solver.iterate().map_change);
  return map_of(solver);
}

int iterations_to_tolerance(const BenchProblem& problem, const std::vector<float>& limit) {
  RumTv<float> solver(problem.shape(), problem.states());
  problem.begin(solver);
  for (int k = 1; k <= most_iterations; ++k) {
    solver.iterate();
    if (rmse(map_of(solver), limit) <= converged) return k;
  }
  throw std::runtime_error(
      fmt::format("RUM-TV is not within {} of its limit after {} iterations", converged, most_iterations));
}

BenchRow measure(const BenchSettings& settings, int states) {
  constexpr int energies = 117;
  const BenchProblem problem(settings.paper_shape(), states, energies, paper_noise(energies));
  const std::vector<float> limit = limit_map(problem);
  const int iterations = iterations_to_tolerance(problem, limit);
  const auto converge = [&] {
    RumTv<float> solver(problem.shape(), states);
    problem.begin(solver);
    for (int k = 0; k < iterations; ++k) solver.iterate();
  };
  double literal_distance = 0;
  const auto literal = [&] {
    AlgorithmOne<float> solver(problem.shape(), states, {}, problem.problem().typical_scale);
    problem.begin(solver);
    for (int k = 0; k < literal_iterations; ++k) solver.iterate();
    literal_distance = rmse(map_of(solver), limit);
  };
  const double ours = least_seconds(settings.repetitions(5), converge);
  const double reference = least_seconds(1, literal);
  return {fmt::format("moments to within {} of the limit, {} states ({} iterations)", converged, states,
                      iterations),
          "ms", 1e3 * ours, 1e3 * reference,
          fmt::format("Algorithm 1 (literal), {} iterations, then {:.4f} from that limit", literal_iterations,
                      literal_distance)};
}

}  // namespace

std::vector<BenchRow> tolerance_rows(const BenchSettings& settings) {
  return {measure(settings, 2), measure(settings, 5)};
}

}  // namespace phasecast
