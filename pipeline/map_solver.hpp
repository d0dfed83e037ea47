#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "messages/phase_map.hpp"
#include "pipeline/accumulator.hpp"
#include "pipeline/unmix_config.hpp"
#include "stages/algorithm_one.hpp"
#include "stages/convergence.hpp"
#include "stages/lcf.hpp"
#include "stages/rum_tv.hpp"
#include "stages/trust.hpp"

namespace phasecast {

/// Turns moments into phase maps, any time: takes newer data, iterates as long as it is let, and gives the
/// map it has. One for a series: the state is carried from scan to scan.
class MapSolver {
 public:
  MapSolver(const UnmixConfig& config, std::string config_hash);

  /// Newer data of the same scan, or the first data of the next one. Of data whose map is finished only the
  /// news about them: its map is as good as final.
  void take(SnapshotPtr snapshot);
  /// Passes of the solver; stops early once converged. A denoiser of whitened maps is done in one.
  void iterate(int passes);
  /// The map of a whole scan: up to the configured number of iterations, or until converged.
  void finish();
  bool converged() const;

  PhaseMap map() const;

 private:
  using Solver = std::variant<RumTv<float>, AlgorithmOne<float>>;

  bool same_problem(const Snapshot& next) const;
  bool statistics_outdated(const Snapshot& next) const;
  void measure_statistics();
  bool fit_is_of_scale_one() const;
  double automatic_lambda();
  UnmixProblem problem() const;
  bool iterative() const;
  bool denoised_at_once() const;
  RumTv<float>& total_variation_solver();
  void start_cold();
  void denoise();

  const UnmixConfig& config_;
  std::string config_hash_;
  SnapshotPtr snapshot_;
  bool finished_ = false;  // with its equations

  LcfResult least_squares_;  // eq. (6), or (3), at the last measurement: start value and baseline
  std::size_t measured_energies_ = 0;
  double noise_sigma_ = 0;
  double lambda_ = 0;
  ScaleStatistics scale_;
  std::vector<std::uint8_t> mask_;
  std::vector<std::uint8_t> valid_;

  std::optional<Solver> solver_;       // of the iterative methods
  bool started_ = false;               // by the search for the weight
  std::optional<LcfResult> denoised_;  // of the newest data, with a denoiser
  Convergence convergence_;
  IterationReport last_report_;
  std::uint32_t iterations_ = 0;
};

}  // namespace phasecast
