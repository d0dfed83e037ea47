#include <spdlog/fmt/fmt.h>

#include "stages/algorithm_one.hpp"
#include "stages/rum_tv.hpp"
#include "tools/bench/bench.hpp"
#include "tools/bench/iteration.hpp"
#include "tools/bench/problem.hpp"
#include "tools/bench/timing.hpp"

namespace phasecast {
namespace {

constexpr int energies = 24;  // an iteration does not see them

BenchRow measure(const BenchProblem& problem, int threads, int iterations, int repetitions) {
  const ThreadLimit limit(threads);
  RumTv<float> solver(problem.shape(), problem.states());
  AlgorithmOne<float> literal(problem.shape(), problem.states(), {}, problem.problem().typical_scale);
  problem.begin(solver);
  problem.begin(literal);
  const Seconds s = least_seconds_of_both(
      repetitions,
      [&] {
        for (int k = 0; k < iterations; ++k) solver.iterate();
      },
      [&] { literal.iterate(); });
  const double ns = 1e9 / static_cast<double>(problem.shape().pixels());
  return {fmt::format("one RUM-TV iteration, {}×{}, {} states, {} thread{}", problem.shape().height,
                      problem.shape().width, problem.states(), threads, threads > 1 ? "s" : ""),
          "ns/pixel", s.ours / iterations * ns, s.reference * ns, "one iteration of Algorithm 1 (literal)"};
}

}  // namespace

double seconds_of_iteration(Shape shape, int threads) {
  const ThreadLimit limit(threads);
  const BenchProblem problem(shape, 2, energies, paper_noise(energies));
  RumTv<float> solver(shape, problem.states());
  problem.begin(solver);
  return least_seconds(5, [&] { solver.iterate(); });
}

std::vector<BenchRow> iteration_rows(const BenchSettings& settings) {
  std::vector<BenchRow> rows;
  for (const Shape shape : {settings.paper_shape(), settings.detector_shape()}) {
    const BenchProblem problem(shape, 2, energies, paper_noise(energies));
    const bool small = shape == settings.paper_shape();
    for (const int threads : {1, settings.threads})
      rows.push_back(measure(problem, threads, small ? 10 : 2,
                             small ? settings.repetitions(20) : settings.repetitions(3)));
  }
  return rows;
}

}  // namespace phasecast
