#include "pipeline/map_solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "stages/energy_advice.hpp"
#include "stages/lambda.hpp"
#include "stages/rum_pnp.hpp"

namespace phasecast {
namespace {

/// Least squares, noise and scale are measured anew when the data have grown by this factor, and for each
/// whole scan.
constexpr double growth_before_new_statistics = 1.2;

double known_or_nan(double value) {
  return std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

MapSolver::MapSolver(const UnmixConfig& config, std::string config_hash)
    : config_(config), config_hash_(std::move(config_hash)) {}

bool MapSolver::same_problem(const Snapshot& next) const {
  return snapshot_ && snapshot_->scan->series_id == next.scan->series_id &&
         snapshot_->equations->shape == next.equations->shape && snapshot_->states == next.states;
}

bool MapSolver::statistics_outdated(const Snapshot& next) const {
  return next.whole || measured_energies_ == 0 ||
         static_cast<double>(next.equations->energies) >=
             growth_before_new_statistics * static_cast<double>(measured_energies_);
}

void MapSolver::take(SnapshotPtr snapshot) {
  if (finished_ && snapshot->equations == snapshot_->equations) {
    snapshot_ = std::move(snapshot);
    return;
  }
  finished_ = false;
  const bool known = same_problem(*snapshot);
  const bool new_scan = !known || snapshot_->scan != snapshot->scan;
  const bool outdated = new_scan || statistics_outdated(*snapshot);
  const bool carried = !snapshot->energies_carried.empty();
  snapshot_ = std::move(snapshot);
  if (new_scan) iterations_ = 0;
  if (outdated) measure_statistics();
  denoised_.reset();
  if (!iterative()) return solver_.reset();

  // Outdated: the data changed by more than the old state is worth. A whole scan's map starts from the least
  // squares of that scan alone, or from where the search for the weight, which starts there, has led: the
  // same frames give the same map, live or offline, whatever was iterated before (decision 0001).
  if (!known || !solver_ || snapshot_->whole || (outdated && !carried))
    start_cold();
  else
    std::visit([&](auto& solver) { solver.set_problem(problem()); }, *solver_);
  convergence_.reset();
}

/// Without noise or without any sample a prior has no weight, and its map is the least squares that is known
/// already.
bool MapSolver::iterative() const {
  return config_.method != Method::lcf && lambda_ > 0 && !denoised_at_once();
}

bool MapSolver::denoised_at_once() const {
  return config_.method == Method::rum_pnp && config_.formulation == Formulation::phasecast &&
         noise_sigma_ > 0;
}

void MapSolver::measure_statistics() {
  const NormalEquations& equations = *snapshot_->equations;
  least_squares_ = lcf(equations, LcfConstraint::non_negative, std::move(least_squares_));
  noise_sigma_ = estimate_noise(equations);
  scale_ = scale_statistics(equations, least_squares_.scale, noise_sigma_);
  if (config_.mask_below) scale_.mask_below = *config_.mask_below;
  mask_ = mask_pixels(equations, least_squares_.scale, scale_.mask_below);
  valid_.resize(mask_.size());
  std::transform(mask_.begin(), mask_.end(), valid_.begin(),
                 [](std::uint8_t mask) { return mask == static_cast<std::uint8_t>(PixelMask::valid); });
  if (fit_is_of_scale_one())
    least_squares_ = lcf(equations, LcfConstraint::non_negative_sum_to_one, std::move(least_squares_));
  measured_energies_ = static_cast<std::size_t>(equations.energies);
  started_ = false;
  lambda_ = config_.lambda ? *config_.lambda : automatic_lambda();
}

/// The paper's methods take normalized data at their word, eq. (3); ours see its scale as well.
bool MapSolver::fit_is_of_scale_one() const {
  const bool papers = config_.method == Method::lcf || config_.formulation == Formulation::paper;
  return papers && config_.normalize.mode != Normalization::pre_edge;
}

/// Of total variation: by the rule, or, where the noise is too strong for it, of least risk; that takes
/// several solves, so only for a whole scan. Of the paper's plug-and-play: so that the denoiser's strength
/// √(λ/ρ) is the noise of a fraction.
double MapSolver::automatic_lambda() {
  const NormalEquations& equations = *snapshot_->equations;
  if (config_.method == Method::rum_pnp) {
    const double noise = noise_sigma_ * typical_noise_gain(equations);
    return noise * noise;
  }
  const double by_rule = lambda_by_rule(equations, noise_sigma_, scale_.typical);
  const bool weak = relative_noise(equations, noise_sigma_, scale_.typical) < weak_noise;
  if (!snapshot_->whole || weak || !(by_rule > 0)) return by_rule;
  const UnmixProblem guess{equations, valid_, scale_.typical, noise_sigma_, by_rule};
  if (config_.formulation == Formulation::paper) return lambda_of_least_risk(guess, least_squares_);
  started_ = true;
  return lambda_of_least_risk(guess, least_squares_, total_variation_solver());
}

UnmixProblem MapSolver::problem() const {
  return {*snapshot_->equations, valid_, scale_.typical, noise_sigma_, lambda_, config_.rho.value_or(0)};
}

/// The one there is, if it fits: its memory is touched already.
RumTv<float>& MapSolver::total_variation_solver() {
  const Shape shape = snapshot_->equations->shape;
  const int states = snapshot_->equations->states;
  if (auto* solver = solver_ ? std::get_if<RumTv<float>>(&*solver_) : nullptr)
    if (solver->shape() == shape && solver->states() == states) return *solver;
  solver_.emplace(std::in_place_type<RumTv<float>>, shape, states);
  return std::get<RumTv<float>>(*solver_);
}

/// Algorithm 1 is made anew: it is told the typical scale when it is made.
void MapSolver::start_cold() {
  iterations_ = 0;
  convergence_.reset();
  if (config_.formulation == Formulation::phasecast)
    total_variation_solver();
  else
    solver_.emplace(std::in_place_type<AlgorithmOne<float>>, snapshot_->equations->shape,
                    snapshot_->equations->states, AlgorithmOneConfig{.prior = config_.prior}, scale_.typical);
  std::visit(
      [&](auto& solver) {
        solver.set_problem(problem());
        if (!started_) solver.start(least_squares_.fraction, least_squares_.scale);
      },
      *solver_);
}

void MapSolver::denoise() {
  denoised_ =
      lcf(denoise_whitened(*snapshot_->equations, noise_sigma_, config_.prior), LcfConstraint::non_negative);
  iterations_ = 1;
}

bool MapSolver::converged() const {
  if (denoised_at_once()) return denoised_.has_value();
  return !solver_ || convergence_.distance() <= config_.tolerance;
}

void MapSolver::iterate(int passes) {
  if (denoised_at_once()) return denoised_ ? void() : denoise();
  for (int k = 0; k < passes && !converged(); ++k) {
    last_report_ = std::visit([](auto& solver) { return solver.iterate(); }, *solver_);
    convergence_.add(last_report_.map_change);
    ++iterations_;
  }
}

void MapSolver::finish() {
  if (!finished_) iterate(config_.iterations);
  finished_ = true;
}

PhaseMap MapSolver::map() const {
  const Snapshot& data = *snapshot_;
  PhaseMap map;
  map.series_id = data.scan->series_id;
  map.scan_id = data.scan->scan_id;
  map.scan_index = data.scan->scan_index;
  map.last_sequence = data.last_sequence;
  map.final = data.final;
  map.scan_status = data.scan_status;
  map.energies_ev = data.scan->energies_ev;
  map.energies_used = data.energies_used;
  map.energies_carried = data.energies_carried;
  map.drift = data.drift;
  map.iterations = iterations_;
  map.relative_error = last_report_.relative_error;
  map.map_change = last_report_.map_change;
  map.map_distance = solver_ ? known_or_nan(convergence_.distance()) : 0;
  map.converged = converged();
  map.noise_sigma = noise_sigma_;
  map.reference_check = data.reference_check;
  map.config_hash = config_hash_;
  map.received_utc_ns = data.received_utc_ns;
  map.shape = data.equations->shape;
  map.pixel_size_um = data.scan->pixel_size_um;
  map.states = data.states;
  map.method = config_.method_name;
  if (solver_) {
    std::visit(
        [&](const auto& solver) {
          const auto fractions = solver.fractions();
          map.lambda = solver.lambda();
          map.rho = solver.rho();
          map.fraction.assign(fractions.begin(), fractions.end());
          map.scale = solver.scale();
        },
        *solver_);
  } else {
    const LcfResult& result = denoised_ ? *denoised_ : least_squares_;
    map.fraction.assign(result.fraction.begin(), result.fraction.end());
    map.scale.assign(result.scale.begin(), result.scale.end());
  }
  map.residual = residual_map(*data.equations, map.fraction, map.scale);
  map.uncertainty = uncertainty_map(*data.equations, map.fraction, map.scale, noise_sigma_);
  map.mask = mask_;
  const std::size_t pixels = map.shape.pixels();
  for (std::size_t plane = 0; plane < map.fraction.size(); plane += pixels)
    for (std::size_t k = 0; k < pixels; ++k)
      if (!valid_[k])
        map.fraction[plane + k] = map.uncertainty[plane + k] = std::numeric_limits<float>::quiet_NaN();
  map.advice = advise(map, *data.planned, config_.enough);
  return map;
}

}  // namespace phasecast
