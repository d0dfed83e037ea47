#include <cstdio>

#include "tests/torture/campaign.hpp"
#include "tests/torture/commands.hpp"
#include "tests/torture/memory.hpp"
#include "tests/torture/watchdog.hpp"

namespace phasecast::torture {
namespace {

struct Options {
  int scans = 100, scans_per_pipeline = 25;
  std::uint64_t seed = 1;
  long patience_s = 50;
};

int streams(const Options& options) {
  Watchdog watchdog{std::chrono::seconds(options.patience_s)};
  CampaignReport sum;
  MemoryWatch memory;
  int failed = 0, pipelines = 0;
  for (int done = 0; done < options.scans; done += options.scans_per_pipeline, ++pipelines) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(pipelines);
    CampaignReport report;
    try {
      report = run_campaign(seed, options.scans_per_pipeline, [&](const std::string& step) {
        watchdog.begin("seed " + std::to_string(seed) + ": " + step);
      });
    } catch (const std::exception& e) {
      report.findings.add(e.what());
    }
    for (const auto& finding : report.findings.texts()) std::printf("seed %lu: %s\n", seed, finding.c_str());
    failed += !report.findings.texts().empty();
    sum.messages += report.messages;
    sum.frames_received += report.frames_received;
    sum.scans_opened += report.scans_opened;
    sum.scans_closed_by_time += report.scans_closed_by_time;
    sum.maps += report.maps;
    memory.look();
  }
  std::printf("seeds %lu to %lu, %d scans each: repeat one with --seed SEED --scans %d\n", options.seed,
              options.seed + static_cast<std::uint64_t>(pipelines) - 1, options.scans_per_pipeline,
              options.scans_per_pipeline);
  std::printf(
      "scans_sent %d\nscans_opened %lu\nscans_closed_by_time %lu\nmessages %lu\nframes_received %lu\n",
      pipelines * options.scans_per_pipeline, sum.scans_opened, sum.scans_closed_by_time, sum.messages,
      sum.frames_received);
  std::printf("final_maps %lu\nfinal_maps_same_bits %lu\nlargest_rms %.2g\n", sum.maps.maps,
              sum.maps.same_bits, sum.maps.largest_rms);
  std::printf("resident_mib %.1f\nresident_growth_mib %.1f\n", memory.now_mib(), memory.growth_mib());
  std::printf("pipelines_with_findings %d\n", failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace

void add_streams(CLI::App& app, int& exit_status) {
  auto* command = app.add_subcommand(
      "streams", "Randomized faulty streams into a pipeline, and the audit of what came of them");
  auto options = std::make_shared<Options>();
  command->add_option("--scans", options->scans, "Scans in all")->capture_default_str();
  command->add_option("--scans-per-pipeline", options->scans_per_pipeline, "Scans with one seed")
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Of the first pipeline; the next have the next seeds")
      ->capture_default_str();
  command->callback([options, &exit_status] { exit_status = streams(*options); });
}

}  // namespace phasecast::torture
