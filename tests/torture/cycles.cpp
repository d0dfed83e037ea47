#include <cstdio>

#include "tests/torture/commands.hpp"
#include "tests/torture/cycle.hpp"
#include "tests/torture/memory.hpp"
#include "tests/torture/watchdog.hpp"

namespace phasecast::torture {
namespace {

struct Options {
  int count = 100;
  std::uint64_t seed = 1;
  long patience_s = 120;
};

/// TBB's workers stay, and come as they are needed.
constexpr std::size_t most_workers = 8;

/// Threads and descriptors that outlive their pipeline.
struct Leak {
  std::size_t threads = thread_count(), descriptors = descriptor_count();
};

int cycles(const Options& options) {
  Watchdog watchdog{std::chrono::seconds(options.patience_s)};
  std::uint64_t frames = 0;
  MapReport maps;
  MemoryWatch memory;
  std::optional<Leak> early;
  int failed = 0;
  for (int k = 0; k < options.count; ++k) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(k);
    const CycleReport report = run_cycle(
        seed, [&](const std::string& step) { watchdog.begin("seed " + std::to_string(seed) + ": " + step); });
    for (const auto& finding : report.findings.texts()) std::printf("seed %lu: %s\n", seed, finding.c_str());
    failed += !report.findings.texts().empty();
    frames += report.frames_received;
    maps += report.maps;
    memory.look();
    if (k == options.count / 10) early.emplace();
  }
  const Leak late;
  const bool leaks = late.threads > early->threads + most_workers || late.descriptors > early->descriptors;
  std::printf("seeds %lu to %lu: repeat one with --seed SEED --count 1\n", options.seed,
              options.seed + static_cast<std::uint64_t>(options.count) - 1);
  std::printf("cycles %d\nframes_received %lu\nfinal_maps %lu\nfinal_maps_same_bits %lu\nlargest_rms %.2g\n",
              options.count, frames, maps.maps, maps.same_bits, maps.largest_rms);
  std::printf("threads %zu to %zu\ndescriptors %zu to %zu\n", early->threads, late.threads,
              early->descriptors, late.descriptors);
  std::printf("resident_mib %.1f\nresident_growth_mib %.1f\n", memory.now_mib(), memory.growth_mib());
  std::printf("cycles_with_findings %d\n", failed);
  return failed == 0 && !leaks ? 0 : 1;
}

}  // namespace

void add_cycles(CLI::App& app, int& exit_status) {
  auto* command = app.add_subcommand("cycles", "Pipelines made and stopped at any moment of a stream");
  auto options = std::make_shared<Options>();
  command->add_option("--count", options->count, "Cycles in all")->capture_default_str();
  command->add_option("--seed", options->seed, "Of the first; the next have the next seeds")
      ->capture_default_str();
  command->add_option("--patience", options->patience_s, "Without progress: print what hangs, and abort")
      ->type_name("s")
      ->capture_default_str();
  command->callback([options, &exit_status] { exit_status = cycles(*options); });
}

}  // namespace phasecast::torture
