#include "stages/rum_pnp.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "stages/algorithm_one.hpp"
#include "stages/bm3d.hpp"
#include "stages/lcf.hpp"
#include "tests/stages/rum_problem.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

RumProblem noisy(int states, double sigma) {
  RumProblem problem = make_problem({64, 72}, states, 0.8, sigma, 5);
  problem.equations.noise_gain.assign(problem.shape.pixels(), 1);
  problem.equations.unusable.assign(problem.shape.pixels(), 0);
  problem.equations.unusable[3] = 1;
  return problem;
}

const Denoiser nothing = [](Shape, std::span<const float> noisy_plane, float, std::span<float> clean) {
  std::copy(noisy_plane.begin(), noisy_plane.end(), clean.begin());
};

}  // namespace

TEST_CASE("a denoiser that does nothing leaves the equations as they are") {
  const int states = GENERATE(2, 5);
  const RumProblem problem = noisy(states, 0.3);
  const NormalEquations denoised = denoise_whitened(problem.equations, 0.3, nothing);
  double largest = 0;
  for (std::size_t i = 0; i < denoised.projection.size(); ++i)
    if (i % problem.shape.pixels() != 3)
      largest = std::max(largest, std::abs(denoised.projection[i] - problem.equations.projection[i]));
  CHECK(largest < 1e-4);
}

TEST_CASE("the denoiser sees white noise of the strength it is told, in every map, for any scale and gain") {
  const int states = GENERATE(2, 4);
  RumProblem problem = noisy(states, 0);
  const RumProblem clean = problem;
  measure(problem, 0.25, 11);
  problem.equations.noise_gain = clean.equations.noise_gain;
  problem.equations.unusable = clean.equations.unusable;
  std::vector<std::vector<float>> seen[2];
  std::vector<float> told;
  const auto record = [&](int which) -> Denoiser {
    return [&, which](Shape, std::span<const float> plane, float sigma, std::span<float> out) {
      seen[which].emplace_back(plane.begin(), plane.end());
      if (which == 1) told.push_back(sigma);
      std::copy(plane.begin(), plane.end(), out.begin());
    };
  };
  denoise_whitened(clean.equations, 0.25, record(0));
  denoise_whitened(problem.equations, 0.25, record(1));
  REQUIRE(seen[1].size() == static_cast<std::size_t>(states));
  // The strongest map comes first and is shown as it is; its neighbors in the image have independent noise.
  double square = 0, product = 0, count = 0;
  for (std::size_t k = 100; k < problem.shape.pixels(); ++k) {
    const double here = seen[1][0][k] - seen[0][0][k], before = seen[1][0][k - 1] - seen[0][0][k - 1];
    square += here * here;
    product += here * before;
    count += 1;
  }
  CHECK(std::sqrt(square / count) == Approx(told[0]).epsilon(0.05));
  CHECK(std::abs(product / square) < 0.05);
}

TEST_CASE("denoised whitened maps are nearer to the truth than least squares") {
  const int states = GENERATE(2, 3);
  const RumProblem problem = noisy(states, 0.3);
  const auto error = [&](const NormalEquations& equations) {
    return distance(problem, lcf(equations, LcfConstraint::non_negative).fraction, planes(problem.fraction));
  };
  CHECK(error(denoise_whitened(problem.equations, 0.3, bm3d(bm3d_high))) < 0.5 * error(problem.equations));
}

TEST_CASE("Algorithm 1 with a denoiser has the denoiser's own objective as its limit") {
  // D(v) = v / (1 + σ²) is the proximal operator of ‖u‖²/2 with λ/ρ = σ²: eq. (17) is then a ridge
  // regression, whose optimum satisfies Gz s + λ L... for each pixel alone. Checked where the constraints do
  // not bind.
  RumProblem problem = make_problem({8, 9}, 2, 0.8, 0.05, 3);
  const Denoiser ridge = [](Shape, std::span<const float> plane, float sigma, std::span<float> out) {
    for (std::size_t k = 0; k < plane.size(); ++k) out[k] = plane[k] / (1 + sigma * sigma);
  };
  const double lambda = 0.05;
  AlgorithmOne<double> solver(problem.shape, 2, {.lambda = lambda, .rho = 1, .prior = ridge},
                              rum_sample_scale);
  solver.set_equations(problem.equations);
  const auto scale = rough_scale(problem, 4);
  solver.start(planes(rough_fraction(problem, 3)), {scale.data(), problem.shape.pixels()});
  for (int i = 0; i < 20000; ++i) solver.iterate(problem.valid);
  const auto& v = solver.variables();
  const std::size_t pixels = problem.shape.pixels();
  const auto objective = [&](std::size_t k, double x, double s) {
    VectorXd z(2), b(2);
    z << s * x, s * (1 - x);
    b << problem.equations.projection[k], problem.equations.projection[pixels + k];
    return 0.5 * z.dot(problem.equations.gram * z) - b.dot(z) + lambda / 2 * (x * x + (1 - x) * (1 - x));
  };
  for (std::size_t k = 0; k < pixels; ++k) {
    if (!problem.valid[k] || v.w[k] < 0.01 || v.w[k] > 0.99) continue;
    const double here = objective(k, v.w[k], v.t[k]);
    for (const double step : {-1e-3, 1e-3}) {
      CHECK(objective(k, v.w[k] + step, v.t[k]) > here);
      CHECK(objective(k, v.w[k], v.t[k] + step) > here);
    }
  }
}

TEST_CASE("the KKT residuals vanish at the limit of Algorithm 1 and not before") {
  const RumProblem problem = make_problem({10, 12}, 3, 0.8, 0.1, 3);
  AlgorithmOne<double> solver(problem.shape, 3, {.lambda = 0.1, .cg_steps = 10}, 0.8);
  solver.set_equations(problem.equations);
  const auto scale = rough_scale(problem, 4);
  solver.start(planes(rough_fraction(problem, 3)), {scale.data(), problem.shape.pixels()});
  for (int i = 0; i < 20; ++i) solver.iterate(problem.valid);
  CHECK(solver.kkt().largest() > 1e-3);
  for (int i = 0; i < 60000; ++i) solver.iterate(problem.valid);
  const KktResiduals residuals = solver.kkt();
  for (std::size_t line = 0; line < residuals.relative.size(); ++line) {
    CAPTURE(KktResiduals::lines[line]);
    CHECK(residuals.relative[line] < 1e-6);
  }
}
