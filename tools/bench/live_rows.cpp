#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "tools/bench/bench.hpp"
#include "tools/bench/live.hpp"
#include "tools/bench/series.hpp"
#include "tools/bench/timing.hpp"

namespace phasecast {
namespace {

/// Frames as fast as they are taken. Few bytes may be under way, so that what has arrived is in the moments.
/// Of the third scan of a series: the memory of the first two is new, and a kernel that clears it, or a
/// virtual machine's host that has to find it, takes longer than everything else.
std::vector<BenchRow> throughput(const BenchSettings& settings) {
  constexpr int scans = 3;
  const auto experiment = particle_experiment(settings.detector_shape(), 20, scans);
  LiveSettings live;
  live.threads = settings.threads;
  live.in_flight_bytes = std::size_t{64} << 20;
  live.unmix = particle_unmixing(*experiment);
  live.one_by_one = true;
  std::vector<std::shared_ptr<PreparedScan>> series;
  for (int k = 0; k < scans; ++k) {
    SimulatedScan simulated(experiment, k);
    series.push_back(std::make_shared<PreparedScan>(simulated));
  }
  const LiveResult result = run_live(series, live);

  std::vector<std::byte> copy;
  const double copied = seconds_of([&] {
    for (const Frame& frame : series.back()->frames())
      copy.assign(frame.pixels.bytes.begin(), frame.pixels.bytes.end());
  });
  const std::string frames =
      fmt::format("{}×{} uint16", experiment->config().shape.height, experiment->config().shape.width);
  return {{"through ZeroMQ to the moments, " + frames, "GB/s", result.gb_per_s,
           static_cast<double>(series.back()->bytes()) / copied / 1e9, "memcpy of the same bytes, 1 thread",
           true},
          {"frames used of those sent at full speed", "frames", static_cast<double>(result.counters.used),
           static_cast<double>(result.frames_sent), "frames sent", true}};
}

std::vector<BenchRow> series(const BenchSettings& settings) {
  SeriesSettings wanted;
  wanted.shape = settings.paper_shape();
  wanted.energies = settings.quick ? 20 : 40;
  wanted.scans = settings.quick ? 2 : 6;
  wanted.threads = settings.threads;
  const SeriesReport report = measure_series(wanted);
  const std::string size = fmt::format("{}×{}", wanted.shape.height, wanted.shape.width);
  const std::string alone = "the iterations of the final map alone";
  return {{"last frame in → final map out, p50, " + size, "ms", report.latency_p50_ms, report.solve_alone_ms,
           alone},
          {"last frame in → final map out, p95, " + size, "ms", report.latency_p95_ms, report.solve_alone_ms,
           alone},
          {"last frame in → first map of all energies out, p95, " + size, "ms", report.whole_p95_ms,
           report.solve_alone_ms, alone},
          {fmt::format(
               "map before the last energy: largest RMS distance from the limit ({:.1f} iterations/energy)",
               report.iterations_per_energy),
           "fraction", report.provisional_distance, converged, "what counts as converged"},
          {"map of all energies: largest RMS distance from the limit", "fraction", report.largest_distance,
           converged, "what counts as converged"},
          {"frames used of those sent in the series", "frames", static_cast<double>(report.frames_used),
           static_cast<double>(report.frames_sent), "frames sent", true}};
}

}  // namespace

std::vector<BenchRow> live_rows(const BenchSettings& settings) {
  std::vector<BenchRow> rows = throughput(settings);
  for (BenchRow& row : series(settings)) rows.push_back(std::move(row));
  return rows;
}

}  // namespace phasecast
