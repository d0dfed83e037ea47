#include "tools/bench/series.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

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

bool of_its_own_scan(const LiveScan& scan) {
  return scan.provisional.scan_id == scan.final.scan_id;
}

/// Median over the newest maps before the last energy, from the second scan on.
double iterations_per_energy(const LiveResult& result) {
  std::vector<double> iterations;
  for (std::size_t k = 1; k < result.scans.size(); ++k) {
    const PhaseMap& map = result.scans[k].provisional;
    iterations.push_back(of_its_own_scan(result.scans[k])
                             ? map.iterations / static_cast<double>(map.energies_used.size())
                             : 0);
  }
  return percentile(iterations, 0.5);
}

/// Starts where ingest and one iteration would take all the time there is, and goes slower until the solver,
/// which has maps to make as well, gets that iteration.
double rate_for_one_iteration(const std::vector<std::shared_ptr<PreparedScan>>& scans, LiveSettings live) {
  constexpr double slower = 1.25;
  constexpr int most_attempts = 30;
  const double iteration = seconds_of_iteration(scans[0]->start().shape, live.threads);
  live.rate_hz = frames_per_energy(*scans[0]) / (seconds_of_energy(scans[0], live) + iteration);
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    if (iterations_per_energy(run_live({scans[0], scans[1]}, live)) >= 1) return live.rate_hz;
    live.rate_hz /= slower;
  }
  throw std::runtime_error("at no frame rate the solver gets one iteration per energy");
}

/// From the second scan on.
struct Distances {
  int least_energies;
  double provisional = 0, whole = 0;
};

Distances distances(const std::vector<std::shared_ptr<PreparedScan>>& scans, const LiveResult& result,
                    const LiveSettings& live) {
  Distances largest{static_cast<int>(scans[0]->start().energies_ev.size())};
  for (std::size_t k = 1; k < scans.size(); ++k) {
    const LiveScan& seen = result.scans[k];
    const auto own = of_its_own_scan(seen) ? seen.provisional.energies_used.size() : 0;
    largest.least_energies = std::min(largest.least_energies, static_cast<int>(own));
    const PhaseMap limit = limit_of(*scans[k], live.unmix, seen.final, live.threads);
    largest.provisional = std::max(largest.provisional, rms_distance(seen.provisional, limit));
    largest.whole = std::max(largest.whole, rms_distance(seen.final, limit));
  }
  return largest;
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
  live.unmix.map_every = settings.map_every;
  live.threads = settings.threads;
  live.rate_hz = settings.rate_hz ? *settings.rate_hz : rate_for_one_iteration(scans, live);
  const LiveResult result = run_live(scans, live);

  std::vector<double> whole, latencies, iterations;
  for (std::size_t k = 1; k < scans.size(); ++k) {
    whole.push_back(result.scans[k].whole_ms);
    latencies.push_back(result.scans[k].final_ms);
    iterations.push_back(result.scans[k].final.iterations);
  }
  const Distances largest = distances(scans, result, live);
  return {.rate_hz = live.rate_hz,
          .iterations_per_energy = iterations_per_energy(result),
          .least_energies = largest.least_energies,
          .provisional_distance = largest.provisional,
          .largest_distance = largest.whole,
          .whole_p50_ms = percentile(whole, 0.5),
          .whole_p95_ms = percentile(whole, 0.95),
          .latency_p50_ms = percentile(latencies, 0.5),
          .latency_p95_ms = percentile(latencies, 0.95),
          .solve_alone_ms =
              1e3 * percentile(iterations, 0.5) * seconds_of_iteration(settings.shape, settings.threads),
          .frames_sent = result.frames_sent,
          .frames_used = result.counters.used,
          .frames_missing = result.counters.missing};
}

}  // namespace phasecast
