#include "stages/lambda.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "stages/collage.hpp"
#include "stages/normal_numbers.hpp"
#include "stages/parallel.hpp"
#include "stages/state_plane.hpp"
#include "stages/trust.hpp"

namespace phasecast {
namespace {

constexpr double lambda_per_noise = 0.35;  // c of the rule, measured (decision 0002)
constexpr double noise_added = 0.6;        // α: maps are solved with √(1 + α²) = 1.17 times the noise,
constexpr double of_added_noise = 0.8;     // and (1 + α²)^0.8 = 1.28 times the weight that is tried
constexpr double search_step = 1.35;       // between neighboring weights
constexpr int farthest_step = 8;           // a factor of 11 either way
constexpr int most_iterations = 80;
constexpr double settled = 2e-3;  // RMS change of the fractions per pass

/// b + α w for the map, b − w/α to judge it.
struct Halves {
  NormalEquations map;       // what RumTv needs of them
  std::vector<float> judge;  // [L][pixels of the collage] G⁻¹b': amounts
};

Halves split(const NormalEquations& whole, const Collage& collage, double noise_sigma) {
  const std::size_t pixels = collage.source.size(), whole_pixels = whole.shape.pixels();
  const auto states = static_cast<std::size_t>(whole.states);
  Halves halves;
  halves.map.shape = collage.shape;
  halves.map.states = whole.states;
  halves.map.gram = whole.gram;
  halves.map.projection.resize(states * pixels);
  halves.judge.resize(states * pixels);
  const Eigen::MatrixXd root = noise_sigma * whole.gram.llt().matrixL().toDenseMatrix();
  const Eigen::MatrixXd inverse =
      whole.gram.llt().solve(Eigen::MatrixXd::Identity(whole.states, whole.states));
  for_blocks(pixels, [&](std::size_t begin, std::size_t end) {
    const auto count = static_cast<Eigen::Index>(end - begin);
    Eigen::MatrixXf white(count, whole.states);  // [pixel][state], as the next ones
    fill_normal(begin, {white.data(), static_cast<std::size_t>(white.size())});
    Eigen::MatrixXd data = Eigen::MatrixXd::Zero(count, whole.states);
    Eigen::ArrayXd gain = Eigen::ArrayXd::Zero(count);
    for (Eigen::Index k = 0; k < count; ++k) {
      const std::size_t from = collage.source[begin + static_cast<std::size_t>(k)];
      if (from == Collage::no_pixel) continue;
      gain(k) = static_cast<double>(whole.noise_gain[from]);
      for (int l = 0; l < whole.states; ++l)
        data(k, l) = whole.projection[static_cast<std::size_t>(l) * whole_pixels + from];
    }
    const Eigen::MatrixXd noise = (white.cast<double>() * root.transpose()).array().colwise() * gain;
    const Eigen::MatrixXd map = data + noise_added * noise,
                          amounts = (data - noise / noise_added) * inverse.transpose();
    for (int l = 0; l < whole.states; ++l) {
      const std::size_t plane = static_cast<std::size_t>(l) * pixels + begin;
      std::copy_n(map.col(l).data(), count, &halves.map.projection[plane]);
      std::copy_n(amounts.col(l).data(), count, &halves.judge[plane]);
    }
  });
  return halves;
}

/// Σ_k ½ ‖m̂ − G⁻¹b'‖² over the sample, m̂ = ŝ x̂, less what does not depend on the map. In amounts and not in
/// absorbance: errors count alike in every state, however hard it is to see.
double misfit(std::span<const float> judge, std::span<const std::uint8_t> sample,
              const RumTv<float>& solver) {
  const std::vector<float> fraction = solver.fractions(), scale = solver.scale();
  const std::size_t pixels = scale.size();
  return sum_blocks<1>(pixels, [&](std::size_t begin, std::size_t end) {
    std::array<double, 1> sum{};
    for (std::size_t plane = 0; plane < judge.size(); plane += pixels)
      for (std::size_t k = begin; k < end; ++k) {
        const float amount = scale[k] * fraction[plane + k];
        if (sample[k]) sum[0] += static_cast<double>(amount * (0.5F * amount - judge[plane + k]));
      }
    return sum;
  })[0];
}

/// Lowest point of the parabola through three points one step apart, in steps from the middle one.
double parabola_minimum(double before, double here, double after) {
  const double bend = before - 2 * here + after;
  return bend > 0 ? std::clamp(0.5 * (before - after) / bend, -1.0, 1.0) : 0;
}

/// Steps from the rule's weight at which the search begins: the best one is mostly this or the next. Two
/// states need little more than the rule; more of them the more, the stronger the noise (decision 0005).
int likely_step(int states, double relative_noise) {
  constexpr double noise_of_the_rule = 0.35;
  const double step = std::round(std::log2(relative_noise / noise_of_the_rule));
  return static_cast<int>(std::clamp(step, 0.0, states - 1.0));
}

double search(const UnmixProblem& whole, const LcfResult& start, const Collage& collage,
              RumTv<float>& solver) {
  const int states = whole.equations.states;
  const std::size_t pixels = whole.equations.shape.pixels();
  const Halves halves = split(whole.equations, collage, whole.noise_sigma);
  const auto sample = collage.take<std::uint8_t>(whole.sample, pixels, 0);
  UnmixProblem trial{halves.map, sample, whole.typical_scale, whole.noise_sigma};
  const auto weight = [&](double step) { return whole.lambda * std::pow(search_step, step); };
  bool started = false;
  std::map<int, double> risks;
  const auto risk = [&](int step) {
    if (const auto known = risks.find(step); known != risks.end()) return known->second;
    trial.lambda = std::pow(1 + noise_added * noise_added, of_added_noise) * weight(step);
    solver.set_problem(trial);
    if (!started)
      solver.start(collage.take<double>(start.fraction, pixels, 1.0 / states),
                   collage.take<double>(start.scale, pixels, 0));
    started = true;
    for (int i = 0; i < most_iterations; ++i)
      if (solver.iterate().map_change < settled) break;
    return risks[step] = misfit(halves.judge, sample, solver);
  };
  int best = likely_step(states, relative_noise(whole.equations, whole.noise_sigma, whole.typical_scale));
  risk(best + 1);  // first: the stronger weight forgets the noise of the start sooner
  while (best < farthest_step && risk(best + 1) < risk(best)) ++best;
  while (best > -farthest_step && risk(best - 1) < risk(best)) --best;
  return weight(best + parabola_minimum(risk(best - 1), risk(best), risk(best + 1)));
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

double lambda_of_least_risk(const UnmixProblem& whole, const LcfResult& start) {
  RumTv<float> solver(whole.equations.shape, whole.equations.states);
  return lambda_of_least_risk(whole, start, solver);
}

double lambda_of_least_risk(const UnmixProblem& whole, const LcfResult& start, RumTv<float>& solver) {
  const Collage collage = collage_of(whole.equations.shape, whole.sample);
  if (collage.whole) return search(whole, start, collage, solver);
  RumTv<float> of_pieces(collage.shape, whole.equations.states);
  const double lambda = search(whole, start, collage, of_pieces);
  solver.set_problem(whole);
  solver.start(start.fraction, start.scale);
  return lambda;
}

}  // namespace phasecast
