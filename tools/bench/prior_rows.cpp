#include <spdlog/fmt/fmt.h>

#include "stages/algorithm_one.hpp"
#include "stages/bm3d.hpp"
#include "stages/cnn.hpp"
#include "stages/rum_pnp.hpp"
#include "tools/bench/bench.hpp"
#include "tools/bench/problem.hpp"
#include "tools/bench/timing.hpp"

namespace phasecast {
namespace {

constexpr int literal_iterations = 10;

Denoiser network() {
  auto made = cnn(shipped_network("fast"), "fast");
  if (!made) throw std::runtime_error(made.error().text());
  return std::move(*made);
}

BenchRow measure(const BenchSettings& settings, const BenchProblem& problem, const std::string& name,
                 const Denoiser& denoiser) {
  UnmixProblem weighted = problem.problem();
  weighted.lambda = weighted.noise_sigma * weighted.noise_sigma;
  AlgorithmOne<float> literal(problem.shape(), problem.states(), {.prior = denoiser}, weighted.typical_scale);
  literal.set_problem(weighted);
  literal.start(problem.start().fraction, problem.start().scale);
  const Seconds s = least_seconds_of_both(
      settings.repetitions(3),
      [&] {
        lcf(denoise_whitened(problem.equations(), weighted.noise_sigma, denoiser),
            LcfConstraint::non_negative);
      },
      [&] {
        for (int k = 0; k < literal_iterations; ++k) literal.iterate();
      });
  return {fmt::format("moments → {} map, {} states", name, problem.states()), "ms", 1e3 * s.ours,
          1e3 * s.reference,
          fmt::format("{} iterations of Algorithm 1 (literal; the paper allows 100), same denoiser",
                      literal_iterations)};
}

}  // namespace

std::vector<BenchRow> prior_rows(const BenchSettings& settings) {
  constexpr int energies = 24;
  const BenchProblem problem(settings.paper_shape(), 2, energies, paper_noise(energies));
  return {measure(settings, problem, "RUM-BM3D", bm3d(bm3d_high)),
          measure(settings, problem, "RUM-CNN", network())};
}

}  // namespace phasecast
