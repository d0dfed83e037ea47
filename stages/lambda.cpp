#include "stages/lambda.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "stages/collage.hpp"
#include "stages/parallel.hpp"
#include "stages/rum_tv.hpp"
#include "stages/state_plane.hpp"
#include "stages/trust.hpp"

namespace phasecast {
namespace {

constexpr double lambda_per_noise = 0.35;  // c of the rule, measured (decision 0002)
constexpr double noise_added = 0.3;        // α: the map is solved with 1.04 times the noise
constexpr double search_step = 1.35;       // between neighboring weights
constexpr int farthest_step = 8;           // a factor of 11 either way
constexpr int most_iterations = 80;
constexpr double settled = 5e-4;  // RMS change of the fractions per pass

/// b + α w for the map, b − w/α to judge it.
struct Halves {
  NormalEquations map, judge;
};

Halves split(const NormalEquations& equations, double noise_sigma) {
  Halves halves{equations, equations};
  const std::size_t pixels = equations.shape.pixels();
  const auto states = static_cast<std::size_t>(equations.states);
  const Eigen::MatrixXd root = noise_sigma * equations.gram.llt().matrixL().toDenseMatrix();
  for_blocks(pixels, [&](std::size_t begin, std::size_t end) {
    std::mt19937_64 random(begin);
    std::normal_distribution<double> normal;
    Eigen::VectorXd white(equations.states);
    for (std::size_t k = begin; k < end; ++k) {
      for (double& value : white) value = normal(random);
      const Eigen::VectorXd noise = root * white * equations.noise_gain[k];
      for (std::size_t l = 0; l < states; ++l) {
        const double w = noise(static_cast<Eigen::Index>(l));
        halves.map.projection[l * pixels + k] += noise_added * w;
        halves.judge.projection[l * pixels + k] -= w / noise_added;
      }
    }
  });
  return halves;
}

/// Σ_k ½ ‖m̂ − G⁻¹b'‖² over the sample, m̂ = ŝ x̂, less what does not depend on the map. In amounts and not in
/// absorbance: errors count alike in every state, however hard it is to see.
double misfit(const NormalEquations& judge, std::span<const std::uint8_t> sample,
              const RumTv<float>& solver) {
  const std::vector<float> fraction = solver.fractions(), scale = solver.scale();
  const std::size_t pixels = scale.size();
  const Eigen::LLT<Eigen::MatrixXd> gram(judge.gram);
  return sum_blocks<1>(pixels, [&](std::size_t begin, std::size_t end) {
    std::array<double, 1> sum{};
    Eigen::VectorXd amount(judge.states), b(judge.states);
    for (std::size_t k = begin; k < end; ++k) {
      if (!sample[k]) continue;
      for (Eigen::Index l = 0; l < judge.states; ++l) {
        const std::size_t lk = static_cast<std::size_t>(l) * pixels + k;
        amount(l) = static_cast<double>(scale[k]) * fraction[lk];
        b(l) = judge.projection[lk];
      }
      gram.solveInPlace(b);
      sum[0] += 0.5 * amount.squaredNorm() - amount.dot(b);
    }
    return sum;
  })[0];
}

/// What the search needs of the equations.
NormalEquations pieces_of(const NormalEquations& whole, const Collage& collage) {
  NormalEquations pieces;
  pieces.shape = collage.shape;
  pieces.states = whole.states;
  pieces.gram = whole.gram;
  const std::size_t pixels = whole.shape.pixels();
  pieces.projection = collage.take<double>(whole.projection, pixels, 0);
  pieces.noise_gain = collage.take<float>(whole.noise_gain, pixels, 0);
  return pieces;
}

/// Lowest point of the parabola through three points one step apart, in steps from the middle one.
double parabola_minimum(double before, double here, double after) {
  const double bend = before - 2 * here + after;
  return bend > 0 ? std::clamp(0.5 * (before - after) / bend, -1.0, 1.0) : 0;
}

}  // namespace

double relative_noise(const NormalEquations& equations, double noise_sigma, double typical_scale) {
  return noise_sigma * typical_noise_gain(equations) /
         (std::sqrt(StatePlane(equations.gram).mean_curvature()) * typical_scale);
}

double lambda_by_rule(const NormalEquations& equations, double noise_sigma, double typical_scale) {
  const double mu = StatePlane(equations.gram).mean_curvature();
  return lambda_per_noise * noise_sigma * typical_noise_gain(equations) * std::sqrt(2 * mu) * typical_scale;
}

double lambda_of_least_risk(const UnmixProblem& whole, const LcfResult& whole_start) {
  const Collage collage = collage_of(whole.equations.shape, whole.sample);
  const NormalEquations equations = pieces_of(whole.equations, collage);
  const std::size_t pixels = whole.equations.shape.pixels();
  const auto sample = collage.take<std::uint8_t>(whole.sample, pixels, 0);
  const auto fraction = collage.take<double>(whole_start.fraction, pixels, 1.0 / equations.states);
  const auto scale = collage.take<double>(whole_start.scale, pixels, 0);

  const Halves halves = split(equations, whole.noise_sigma);
  RumTv<float> solver(equations.shape, equations.states);
  UnmixProblem trial{halves.map, sample, whole.typical_scale, whole.noise_sigma};
  const auto weight = [&](double step) { return whole.lambda * std::pow(search_step, step); };
  bool started = false;
  std::map<int, double> risks;
  const auto risk = [&](int step) {
    if (const auto known = risks.find(step); known != risks.end()) return known->second;
    trial.lambda = weight(step);
    solver.set_problem(trial);
    if (!started) solver.start(fraction, scale);
    started = true;
    for (int i = 0; i < most_iterations; ++i)
      if (solver.iterate().map_change < settled) break;
    return risks[step] = misfit(halves.judge, sample, solver);
  };
  int best = 0;
  while (best < farthest_step && risk(best + 1) < risk(best)) ++best;
  while (best > -farthest_step && risk(best - 1) < risk(best)) --best;
  return weight(best + parabola_minimum(risk(best - 1), risk(best), risk(best + 1)));
}

}  // namespace phasecast
