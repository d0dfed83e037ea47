#include "tools/evaluate/methods.hpp"

#include <chrono>
#include <stdexcept>

#include "stages/convergence.hpp"
#include "stages/lcf.hpp"
#include "stages/rum.hpp"
#include "stages/trust.hpp"

namespace phasecast {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Eq. (3): the data are normalized.
MapResult run_lcf(const EvaluationData& data, const MethodParameters&) {
  const auto start = Clock::now();
  const LcfResult fit = lcf(data.equations, LcfConstraint::non_negative_sum_to_one);
  MapResult result;
  result.fraction.assign(fit.fraction.begin(), fit.fraction.end());
  result.seconds = data.equations_seconds + seconds_since(start);
  return result;
}

/// λ as `unmix` chooses it.
double lambda_of(const EvaluationData& data) {
  const double noise = estimate_noise(data.equations);
  const LcfResult free = lcf(data.equations, LcfConstraint::non_negative);
  return automatic_lambda(data.equations, noise, scale_statistics(data.equations, free.scale, noise).typical);
}

MapResult run_rum_tv(const EvaluationData& data, const MethodParameters& parameters) {
  const auto start = Clock::now();
  RumConfig config;
  config.lambda = parameters.lambda ? *parameters.lambda : lambda_of(data);
  config.rho = parameters.rho.value_or(0);
  const LcfResult fit = lcf(data.equations, LcfConstraint::non_negative_sum_to_one);
  RumTv<float> solver(data.equations.shape, data.equations.states, config, 1);
  solver.set_equations(data.equations);
  solver.start(fit.fraction, fit.scale);
  const std::vector<std::uint8_t> everywhere(data.equations.shape.pixels(), 1);
  Convergence convergence;
  MapResult result;
  while (result.iterations < parameters.iterations && convergence.distance() > parameters.tolerance) {
    const IterationReport report = solver.iterate(everywhere);
    convergence.add(report.map_change);
    ++result.iterations;
    if (parameters.watch) parameters.watch(result.iterations, report.relative_error, solver.fractions());
  }
  result.fraction.assign(solver.fractions().begin(), solver.fractions().end());
  result.lambda = config.lambda;
  result.rho = solver.config().rho;
  result.seconds = data.equations_seconds + seconds_since(start);
  return result;
}

NormalEquations form_equations(const Stack& stack, const std::vector<Spectrum>& references) {
  NormalizeConfig as_it_is;
  as_it_is.mode = Normalization::none;
  auto dictionary = Dictionary::make(references, stack.energies_ev, as_it_is);
  if (!dictionary) throw std::runtime_error(dictionary.error().text());
  Moments moments(stack.shape, std::move(*dictionary));
  for (std::size_t t = 0; t < stack.energies_ev.size(); ++t)
    moments.add(stack.energies_ev[t], stack.frame(t));
  auto equations = moments.normal_equations();
  if (!equations) throw std::runtime_error(equations.error().text());
  return std::move(*equations);
}

}  // namespace

const std::vector<Method>& all_methods() {
  static const std::vector<Method> methods{
      {"lcf", PaperMethod::lcf, false, most_states, run_lcf},
      {"rum-tv", PaperMethod::rum_tv, true, 8, run_rum_tv},
  };
  return methods;
}

const Method& method_called(const std::string& name) {
  std::string known;
  for (const Method& method : all_methods()) {
    if (method.name == name) return method;
    known += (known.empty() ? "" : ", ") + method.name;
  }
  throw std::invalid_argument("'" + name + "' is no method, expected one of " + known);
}

EvaluationData make_data(Phantom truth, std::vector<Spectrum> references, double sigma, std::uint64_t seed) {
  EvaluationData data;
  data.stack = noisy_stack(truth, references, sigma, seed);
  const auto start = Clock::now();
  data.equations = form_equations(data.stack, references);
  data.equations_seconds = seconds_since(start);
  data.truth = std::move(truth);
  data.references = std::move(references);
  return data;
}

}  // namespace phasecast
