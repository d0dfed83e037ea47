#include "tools/evaluate/methods.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <stdexcept>

#include "stages/algorithm_one.hpp"
#include "stages/bm3d.hpp"
#include "stages/cnn.hpp"
#include "stages/convergence.hpp"
#include "stages/edge50.hpp"
#include "stages/lambda.hpp"
#include "stages/lcf.hpp"
#include "stages/rum_pnp.hpp"
#include "stages/rum_tv.hpp"
#include "stages/stack_moments.hpp"
#include "stages/trust.hpp"

namespace phasecast {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Section II-A: half of the normalized edge.
MapResult run_edge50(const EvaluationData& data, const MethodParameters&) {
  const auto start = Clock::now();
  std::vector<const float*> frames;
  for (std::size_t t = 0; t < data.stack.energies_ev.size(); ++t)
    frames.push_back(data.stack.frame(t).data());
  const auto map = edge50(data.stack.energies_ev, {data.stack.shape, frames},
                          {data.references[0].mu, data.references[1].mu}, {});
  if (!map) throw std::runtime_error(map.error().text());
  MapResult result;
  result.fraction = map->fraction;
  for (float& fraction : result.fraction) {
    if (!std::isnan(fraction)) continue;
    fraction = 0.5F;
    ++result.unanswered;
  }
  result.unanswered /= 2;  // both fractions of a pixel
  result.seconds = seconds_since(start);
  return result;
}

MapResult run_lcf(const EvaluationData& data, const MethodParameters&) {
  const auto start = Clock::now();
  const LcfResult fit = lcf(data.equations, data.constraint);
  MapResult result;
  result.fraction.assign(fit.fraction.begin(), fit.fraction.end());
  result.seconds = data.equations_seconds + seconds_since(start);
  return result;
}

/// Least squares, noise and weight, measured as `unmix` does.
struct Prepared {
  LcfResult start;
  UnmixProblem problem;
  bool started = false;  ///< the solver that the weight was searched with

  template <class Solver>
  void begin(Solver& solver) const {
    solver.set_problem(problem);
    if (!started) solver.start(start.fraction, start.scale);
  }
};

/// For the paper's methods, or for ours with this solver.
Prepared prepare(const EvaluationData& data, const MethodParameters& parameters,
                 RumTv<float>* solver = nullptr) {
  Prepared prepared{lcf(data.equations, LcfConstraint::non_negative), {data.equations, data.sample}};
  UnmixProblem& problem = prepared.problem;
  const double noise = estimate_noise(data.equations);
  problem.typical_scale = scale_statistics(data.equations, prepared.start.scale, noise).typical;
  if (!solver) prepared.start = lcf(data.equations, data.constraint);
  problem.noise_sigma = noise;
  problem.rho = parameters.rho.value_or(0);
  if (parameters.lambda) {
    problem.lambda = *parameters.lambda;
    return prepared;
  }
  problem.lambda = lambda_by_rule(data.equations, problem.noise_sigma, problem.typical_scale);
  if (relative_noise(data.equations, problem.noise_sigma, problem.typical_scale) < weak_noise)
    return prepared;
  prepared.started = solver != nullptr;
  problem.lambda = solver ? lambda_of_least_risk(problem, prepared.start, *solver)
                          : lambda_of_least_risk(problem, prepared.start);
  return prepared;
}

/// Passes until the map is as near to its limit as asked for.
template <class Solver>
int iterate(Solver& solver, const MethodParameters& parameters) {
  Convergence convergence;
  int iterations = 0;
  while (iterations < parameters.iterations && convergence.distance() > parameters.tolerance) {
    const IterationReport report = solver.iterate();
    convergence.add(report.map_change);
    ++iterations;
    if (!parameters.watch) continue;
    const auto fractions = solver.fractions();
    parameters.watch(iterations, report.relative_error,
                     std::vector<float>(fractions.begin(), fractions.end()));
  }
  return iterations;
}

MapResult run_rum_tv(const EvaluationData& data, const MethodParameters& parameters) {
  const auto start = Clock::now();
  RumTv<float> solver(data.equations.shape, data.equations.states);
  prepare(data, parameters, &solver).begin(solver);
  MapResult result;
  result.iterations = iterate(solver, parameters);
  result.fraction = solver.fractions();
  result.seconds = data.equations_seconds + seconds_since(start);
  result.kkt = solver.kkt(data.equations).largest();
  result.lambda = solver.lambda();
  result.rho = solver.rho();
  return result;
}

/// Algorithm 1 to the letter, with this prior or, without one, with total variation. In double precision: RE
/// falls further than float's rounding.
MapResult run_paper(const EvaluationData& data, const MethodParameters& parameters, const Denoiser& prior) {
  const auto start = Clock::now();
  MethodParameters weights = parameters;
  if (prior && !weights.lambda) weights.lambda = std::pow(estimate_noise(data.equations), 2);
  const Prepared prepared = prepare(data, weights);
  AlgorithmOne<double> solver(data.equations.shape, data.equations.states, {.prior = prior},
                              prepared.problem.typical_scale);
  prepared.begin(solver);
  MapResult result;
  result.iterations = iterate(solver, parameters);
  result.fraction.assign(solver.fractions().begin(), solver.fractions().end());
  result.lambda = solver.lambda();
  result.rho = solver.rho();
  result.seconds = data.equations_seconds + seconds_since(start);
  if (!prior) result.kkt = solver.kkt().largest();
  return result;
}

/// Whitened maps denoised once; λ is the square of the denoiser's strength, σ² if it is not given.
MapResult run_whitened(const EvaluationData& data, const MethodParameters& parameters,
                       const Denoiser& prior) {
  const auto start = Clock::now();
  const double noise = parameters.lambda ? std::sqrt(*parameters.lambda) : estimate_noise(data.equations);
  const LcfResult fit = lcf(denoise_whitened(data.equations, noise, prior), LcfConstraint::non_negative);
  MapResult result;
  result.fraction.assign(fit.fraction.begin(), fit.fraction.end());
  result.lambda = noise * noise;
  result.iterations = 1;
  result.seconds = data.equations_seconds + seconds_since(start);
  return result;
}

const Denoiser& bm3d_prior() {
  static const Denoiser prior = bm3d(bm3d_high);
  return prior;
}

template <int Index>
const Denoiser& network_prior() {
  static constexpr std::array names{"fast", "dncnn"};
  static const Denoiser prior = [] {
    auto made = cnn(shipped_network(names[Index]), names[Index]);
    if (!made) throw std::runtime_error(made.error().text());
    return std::move(*made);
  }();
  return prior;
}

using Runner = MapResult (*)(const EvaluationData&, const MethodParameters&, const Denoiser&);

template <Runner Run, const Denoiser& (*Prior)()>
MapResult run_with(const EvaluationData& data, const MethodParameters& parameters) {
  return Run(data, parameters, Prior());
}

MapResult run_rum_tv_paper(const EvaluationData& data, const MethodParameters& parameters) {
  return run_paper(data, parameters, {});
}

}  // namespace

const std::vector<Method>& all_methods() {
  static const std::vector<Method> methods{
      {"edge-50", PaperMethod::edge50, false, 2, run_edge50},
      {"lcf", PaperMethod::lcf, false, most_states, run_lcf},
      {"rum-tv", PaperMethod::rum_tv, true, 8, run_rum_tv},
      {"rum-cnn", PaperMethod::rum_dncnn, true, 8, run_with<run_whitened, network_prior<0>>},
      {"rum-bm3d", PaperMethod::rum_bm3d, true, 8, run_with<run_whitened, bm3d_prior>},
      {"rum-dncnn", PaperMethod::rum_dncnn, true, 8, run_with<run_whitened, network_prior<1>>, true},
      {"rum-tv-paper", PaperMethod::rum_tv, true, 8, run_rum_tv_paper, true},
      {"rum-cnn-paper", PaperMethod::rum_dncnn, true, 8, run_with<run_paper, network_prior<0>>, true},
      {"rum-bm3d-paper", PaperMethod::rum_bm3d, true, 8, run_with<run_paper, bm3d_prior>, true},
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

NormalEquations form_equations(const Stack& stack, const std::vector<Spectrum>& references,
                               const NormalizeConfig& normalize) {
  auto dictionary = Dictionary::make(references, stack.energies_ev, normalize);
  if (!dictionary) throw std::runtime_error(dictionary.error().text());
  Moments moments(stack.shape, std::move(*dictionary));
  std::vector<const float*> frames;
  for (std::size_t t = 0; t < stack.energies_ev.size(); ++t) frames.push_back(stack.frame(t).data());
  add_stack(moments, stack.energies_ev, {stack.shape, frames});
  auto equations = moments.normal_equations();
  if (!equations) throw std::runtime_error(equations.error().text());
  return std::move(*equations);
}

EvaluationData make_data(Phantom truth, std::vector<Spectrum> references, double sigma, std::uint64_t seed) {
  EvaluationData data;
  data.stack = noisy_stack(truth, references, sigma, seed);
  NormalizeConfig as_it_is;
  as_it_is.mode = Normalization::none;
  const auto start = Clock::now();
  data.equations = form_equations(data.stack, references, as_it_is);
  data.equations_seconds = seconds_since(start);
  data.sample.assign(truth.shape.pixels(), 1);
  data.truth = std::move(truth);
  data.references = std::move(references);
  return data;
}

}  // namespace phasecast
