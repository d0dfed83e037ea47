// Whole jobs from a float stack in memory to the map, beside AᵀY alone and Algorithm 1 as it is written. The
// stack is written out for numpy's references: see compare.sh.

#include <CLI/CLI.hpp>

#include "stages/algorithm_one.hpp"
#include "tests/tools/numpy_stack.hpp"
#include "tools/bench/jobs.hpp"
#include "tools/bench/problem.hpp"
#include "tools/bench/timing.hpp"
#include "tools/kept_pages.hpp"

using namespace phasecast;

namespace {

/// Algorithm 1 to the letter, the 100 iterations of section V-A, from the same least squares; λ by the rule,
/// not searched for.
double seconds_of_literal(EvaluationData data) {
  const double sums = seconds_of([&] { data.equations = stack_equations(data); });
  const BenchProblem problem(std::move(data));
  return sums + seconds_of([&] {
           AlgorithmOne<float> solver(problem.shape(), problem.states(), {}, problem.problem().typical_scale);
           problem.begin(solver);
           for (int k = 0; k < 100; ++k) solver.iterate();
         });
}

}  // namespace

int main(int argc, char** argv) try {
  keep_freed_pages();
  CLI::App app(
      "Seconds of whole jobs, the least of several repetitions, and how far the map is from its limit");
  int energies = 117, states = 2, repetitions = 5, height = 379, width = 520;
  double sigma = 0.3;
  std::string folder;
  app.add_option("--energies", energies, "from 8180 to 8562 eV")->capture_default_str();
  app.add_option("--states", states)->check(CLI::Range(2, 5))->capture_default_str();
  app.add_option("--sigma", sigma, "noise, in edge jumps")->capture_default_str();
  app.add_option("--height", height)->capture_default_str();
  app.add_option("--width", width)->capture_default_str();
  app.add_option("--repetitions", repetitions)->capture_default_str();
  app.add_option("--write", folder, "existing folder for stack.npy and references.npy");
  CLI11_PARSE(app, argc, argv);

  EvaluationData data = particle_data({height, width}, states, energies, sigma);
  if (!folder.empty()) test::write_stack(folder, data);
  const auto print = [&](const char* name, double value) {
    std::printf("%s L=%d %.5f\n", name, states, value);
    std::fflush(stdout);
  };
  print("sums", least_seconds(repetitions, [&] { stack_equations(data); }));
  for (const char* method : {"lcf", "rum-tv"}) {
    MapResult best;
    best.seconds = std::numeric_limits<double>::infinity();
    for (int k = 0; k < repetitions; ++k)
      if (MapResult map = run_job(data, method); map.seconds < best.seconds) best = std::move(map);
    print(method, best.seconds);
    if (best.iterations > 0) print("distance_to_limit", distance_to_limit(data, best));
  }
  print("algorithm_one_100", seconds_of_literal(std::move(data)));
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
