#include "pipeline/map_solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace phasecast {
namespace {

/// Least squares, noise and scale are measured anew when the data have grown by this factor, and for each
/// final map.
constexpr double growth_before_new_statistics = 1.2;

double known_or_nan(double value) {
  return std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

MapSolver::MapSolver(const UnmixConfig& config, std::string config_hash)
    : config_(config), config_hash_(std::move(config_hash)) {}

bool MapSolver::same_problem(const Snapshot& next) const {
  return snapshot_ && snapshot_->scan->series_id == next.scan->series_id &&
         snapshot_->equations.shape == next.equations.shape && snapshot_->states == next.states;
}

bool MapSolver::statistics_outdated(const Snapshot& next) const {
  return next.final || measured_energies_ == 0 ||
         static_cast<double>(next.equations.energies) >=
             growth_before_new_statistics * static_cast<double>(measured_energies_);
}

void MapSolver::take(SnapshotPtr snapshot) {
  const bool known = same_problem(*snapshot);
  const bool new_scan = !known || snapshot_->scan != snapshot->scan;
  const bool outdated = new_scan || statistics_outdated(*snapshot);
  const bool carried = !snapshot->energies_carried.empty();
  snapshot_ = std::move(snapshot);
  if (new_scan) iterations_ = 0;
  if (outdated) measure_statistics();
  if (!regularized()) return solver_.reset();

  const bool grown = outdated && !new_scan && !carried && !snapshot_->final;
  if (!known || !solver_ || grown)  // grown: the data changed by more than the old state is worth
    start_cold();
  else
    go_on(new_scan && !carried);
  convergence_.reset();
}

/// Without noise or without any sample the prior has no weight, and (7) is the least squares that is known
/// already.
bool MapSolver::regularized() const {
  return config_.method == Method::rum_tv && lambda() > 0;
}

void MapSolver::measure_statistics() {
  const NormalEquations& equations = snapshot_->equations;
  const bool scale_is_free = config_.normalize.mode == Normalization::pre_edge;
  least_squares_ =
      lcf(equations, scale_is_free ? LcfConstraint::non_negative : LcfConstraint::non_negative_sum_to_one);
  noise_sigma_ = estimate_noise(equations);
  const auto free_scale =
      scale_is_free ? least_squares_.scale : lcf(equations, LcfConstraint::non_negative).scale;
  scale_ = scale_statistics(equations, free_scale, noise_sigma_);
  if (config_.mask_below) scale_.mask_below = *config_.mask_below;
  mask_ = mask_pixels(equations, free_scale, scale_.mask_below);
  valid_.resize(mask_.size());
  std::transform(mask_.begin(), mask_.end(), valid_.begin(),
                 [](std::uint8_t mask) { return mask == static_cast<std::uint8_t>(PixelMask::valid); });
  measured_energies_ = static_cast<std::size_t>(equations.energies);
}

double MapSolver::lambda() const {
  return config_.lambda.value_or(automatic_lambda(snapshot_->equations, noise_sigma_, scale_.typical));
}

RumConfig MapSolver::rum_config() const {
  RumConfig config;
  config.lambda = lambda();
  config.rho = config_.rho.value_or(0);
  return config;
}

void MapSolver::start_cold() {
  iterations_ = 0;
  convergence_.reset();
  solver_.emplace(snapshot_->equations.shape, snapshot_->equations.states, rum_config(), scale_.typical);
  solver_->set_equations(snapshot_->equations);
  solver_->start(least_squares_.fraction, least_squares_.scale);
}

void MapSolver::go_on(bool with_fresh_least_squares) {
  solver_->set_penalty(rum_config().lambda, rum_config().rho);
  solver_->set_equations(snapshot_->equations);
  if (with_fresh_least_squares) solver_->start_warm(least_squares_.fraction);
}

bool MapSolver::converged() const {
  return !solver_ || convergence_.distance() <= config_.tolerance;
}

void MapSolver::iterate(int passes) {
  for (int k = 0; k < passes && !converged(); ++k) {
    last_report_ = solver_->iterate(valid_);
    convergence_.add(last_report_.map_change);
    ++iterations_;
  }
}

/// From the least squares of this scan alone: the same frames give the same final map, live or offline,
/// whatever was iterated before (decision 0001).
void MapSolver::finish() {
  if (!solver_) return;
  start_cold();
  iterate(config_.iterations);
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
  map.iterations = iterations_;
  map.relative_error = last_report_.relative_error;
  map.map_change = last_report_.map_change;
  map.map_distance = solver_ ? known_or_nan(convergence_.distance()) : 0;
  map.converged = converged();
  map.noise_sigma = noise_sigma_;
  map.config_hash = config_hash_;
  map.received_utc_ns = data.received_utc_ns;
  map.shape = data.equations.shape;
  map.pixel_size_um = data.scan->pixel_size_um;
  map.states = data.states;
  map.method = config_.method == Method::rum_tv ? "rum-tv" : "lcf";
  if (solver_) {
    map.lambda = solver_->config().lambda;
    map.rho = solver_->config().rho;
    map.fraction.assign(solver_->fractions().begin(), solver_->fractions().end());
    map.scale = solver_->scale();
  } else {
    map.fraction.assign(least_squares_.fraction.begin(), least_squares_.fraction.end());
    map.scale.assign(least_squares_.scale.begin(), least_squares_.scale.end());
  }
  map.residual = residual_map(data.equations, map.fraction, map.scale);
  map.uncertainty = uncertainty_map(data.equations, map.fraction, map.scale, noise_sigma_);
  map.mask = mask_;
  const std::size_t pixels = map.shape.pixels();
  for (std::size_t i = 0; i < map.fraction.size(); ++i)
    if (!valid_[i % pixels]) map.fraction[i] = map.uncertainty[i] = std::numeric_limits<float>::quiet_NaN();
  return map;
}

}  // namespace phasecast
