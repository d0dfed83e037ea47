#include "tools/bench/series.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tools/bench/iteration.hpp"

namespace phasecast {
namespace {

constexpr std::size_t few_in_flight = std::size_t{64} << 20;

/// From the socket to the moments, with the solver at rest.
double seconds_of_energy(const std::shared_ptr<PreparedScan>& scan, LiveSettings live) {
  live.unmix.provisional = false;
  live.in_flight_bytes = few_in_flight;
  const double seconds = static_cast<double>(scan->bytes()) / 1e9 / run_live({scan}, live).gb_per_s;
  return seconds / static_cast<double>(scan->start().energies_ev.size());
}

double frames_per_energy(const PreparedScan& scan) {
  return static_cast<double>(scan.frame_count()) / static_cast<double>(scan.start().energies_ev.size());
}

/// Nearest rank.
double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values.at(std::max<std::size_t>(rank, 1) - 1);
}

}  // namespace

UnmixConfig particle_unmixing(const Experiment& experiment) {
  UnmixConfig unmix;
  unmix.references = experiment.references();
  unmix.normalize = particle_normalization();
  return unmix;
}

SeriesReport measure_series(const SeriesSettings& settings) {
  const auto experiment = particle_experiment(settings.shape, settings.energies, settings.scans);
  std::vector<std::shared_ptr<PreparedScan>> scans;
  for (int k = 0; k < settings.scans; ++k) {
    SimulatedScan simulated(experiment, k);
    scans.push_back(std::make_shared<PreparedScan>(simulated));
  }
  LiveSettings live;
  live.unmix = particle_unmixing(*experiment);
  live.threads = settings.threads;

  SeriesReport report;
  const double iteration = seconds_of_iteration(settings.shape, settings.threads);
  live.rate_hz = settings.rate_hz
                     ? *settings.rate_hz
                     : frames_per_energy(*scans[0]) / (seconds_of_energy(scans[0], live) + iteration);
  report.rate_hz = live.rate_hz;
  const LiveResult result = run_live(scans, live);
  report.frames_sent = result.frames_sent;
  report.frames_used = result.counters.used;
  report.frames_missing = result.counters.missing;

  std::vector<double> latencies, iterations, final_iterations;
  report.least_energies = settings.energies;
  for (std::size_t k = 1; k < scans.size(); ++k) {
    const auto& [last, final] = result.scans[k];
    latencies.push_back(result.scans[k].latency_ms());
    final_iterations.push_back(final.iterations);
    const bool of_this_scan = last.scan_id == final.scan_id;
    iterations.push_back(of_this_scan ? last.iterations : 0);
    const int own = of_this_scan ? static_cast<int>(last.energies_used.size()) : 0;
    report.least_energies = std::min(report.least_energies, own);
    const PhaseMap limit = limit_of(*scans[k], live.unmix, final, settings.threads);
    report.largest_distance = std::max(report.largest_distance, rms_distance(last, limit));
  }
  report.iterations_per_frame = percentile(iterations, 0.5) / settings.energies;
  report.latency_p50_ms = percentile(latencies, 0.5);
  report.latency_p95_ms = percentile(latencies, 0.95);
  report.solve_alone_ms = 1e3 * iteration * percentile(final_iterations, 0.5);
  return report;
}

}  // namespace phasecast
