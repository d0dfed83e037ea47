#include "tools/bench/problem.hpp"

#include <cmath>

#include "stages/lambda.hpp"
#include "stages/trust.hpp"
#include "tools/simulate/spectra.hpp"

namespace phasecast {

double paper_noise(int energies) {
  return 3 * std::sqrt(energies / 969.);
}

EvaluationData particle_data(Shape shape, int states, int energies, double sigma) {
  constexpr std::uint64_t seed = 1;
  return make_data(make_phantom(SceneKind::particle, shape, states, seed),
                   nickel_states(states, nickel_energies(energies)), sigma, seed);
}

BenchProblem::BenchProblem(Shape shape, int states, int energies, double sigma)
    : BenchProblem(particle_data(shape, states, energies, sigma)) {}

BenchProblem::BenchProblem(EvaluationData data)
    : data_(std::move(data)), start_(lcf(data_.equations, LcfConstraint::non_negative)) {
  data_.stack = {};
  noise_ = estimate_noise(equations());
  typical_scale_ = scale_statistics(equations(), start_.scale, noise_).typical;
  lambda_ = lambda_by_rule(equations(), noise_, typical_scale_);
}

UnmixProblem BenchProblem::problem() const {
  return {equations(), data_.sample, typical_scale_, noise_, lambda_};
}

}  // namespace phasecast
