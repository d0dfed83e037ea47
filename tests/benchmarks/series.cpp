// A series over ZeroMQ at a frame rate that leaves the solver one iteration per energy: how near to its limit
// the map is before and after the last frame, and how long the final one takes.

#include "tools/bench/series.hpp"
#include "tools/bench/bench.hpp"
#include "tools/kept_pages.hpp"

#include <CLI/CLI.hpp>

using namespace phasecast;

int main(int argc, char** argv) try {
  keep_freed_pages();
  CLI::App app("How near the live map is to its limit at the last frame, and the latency of the final one");
  SeriesSettings settings;
  double rate_hz = 0;
  app.add_option("--height", settings.shape.height)->capture_default_str();
  app.add_option("--width", settings.shape.width)->capture_default_str();
  app.add_option("--energies", settings.energies)->capture_default_str();
  app.add_option("--scans", settings.scans)->check(CLI::Range(2, 1000))->capture_default_str();
  app.add_option("--rate", rate_hz, "frames per second; by default what leaves one iteration per energy");
  app.add_option("--map-every", settings.map_every, "energies between provisional maps")
      ->capture_default_str();
  app.add_option("--threads", settings.threads)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (rate_hz > 0) settings.rate_hz = rate_hz;

  const SeriesReport report = measure_series(settings);
  std::printf("%d scans of %d energies, %d×%d, a flat for each, %.1f frames/s\n", settings.scans,
              settings.energies, settings.shape.height, settings.shape.width, report.rate_hz);
  std::printf("newest map before the last energy: at least %d of %d its own, %.2f iterations per energy\n",
              report.least_energies, settings.energies, report.iterations_per_energy);
  std::printf(
      "largest RMS distance from the scan's limit map: %.4f then, %.4f with all energies (converged: "
      "%.3f)\n",
      report.provisional_distance, report.largest_distance, converged);
  std::printf("last frame in → first map of all energies out: p50 %.1f ms, p95 %.1f ms\n",
              report.whole_p50_ms, report.whole_p95_ms);
  std::printf("last frame in → final map out: p50 %.1f ms, p95 %.1f ms (its iterations alone: %.1f ms)\n",
              report.latency_p50_ms, report.latency_p95_ms, report.solve_alone_ms);
  std::printf("frames sent %lu, used %lu, missing %lu\n", report.frames_sent, report.frames_used,
              report.frames_missing);
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
