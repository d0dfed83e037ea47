#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "tests/torture/commands.hpp"
#include "tests/torture/live_pipeline.hpp"
#include "tests/torture/source.hpp"
#include "tests/torture/viewer.hpp"
#include "tests/torture/whole.hpp"

namespace phasecast::torture {
namespace {

constexpr std::uint64_t side = 192, frame_bytes = side * side * 2, in_flight_bytes = 1 << 20;

/// For the processes started while it lives.
class SlowWrites {
 public:
  explicit SlowWrites(int milliseconds) {
    setenv("LD_PRELOAD", PHASECAST_SLOW_PWRITE, 1);
    setenv("SLOW_DISK_MS", std::to_string(milliseconds).c_str(), 1);
  }
  ~SlowWrites() {
    unsetenv("LD_PRELOAD");
    unsetenv("SLOW_DISK_MS");
  }
  SlowWrites(const SlowWrites&) = delete;
};

int slow_disk(int milliseconds, int count) {
  const ScratchFolder folder;
  SteadyScans scans(side);
  std::vector<Parts> messages;
  for (int k = 0; k < count; ++k)
    for (Parts& parts : scans.next()) messages.push_back(std::move(parts));
  const std::uint64_t frames = scans.sent() * scans.frames_per_scan();

  std::optional<SlowWrites> slow(std::in_place, milliseconds);
  RunProcess run(folder.path(), scans.unmix().references, {"--in-flight", "1", "--deterministic"});
  slow.reset();
  zmq::context_t context;
  Viewer viewer(context, run.endpoints().maps);
  viewer.wait_for<Status>([](const Status&) { return true; });
  const Source source(context, run.endpoints().frames, messages);

  std::uint64_t most_waiting = 0;
  const Status last = viewer.wait_for<Status>([&](const Status& s) {
    most_waiting = std::max(most_waiting, s.recorder_lag_frames);
    return s.counters.recorded == frames && s.counters.maps_final == scans.sent();
  });

  // Frames are let in while the budget is not spent: one more than fit, beside those on their way to a flush.
  constexpr std::uint64_t most_unflushed = 32,
                          most_allowed = in_flight_bytes / frame_bytes + 1 + most_unflushed;
  std::printf("most_frames_waiting %lu (allowed: %lu)\n", most_waiting, most_allowed);
  Findings findings;
  findings.require(most_waiting > 0, "the disk was not slow");
  findings.require(most_waiting <= most_allowed, "the source was not held back");
  findings.require(last.errors.empty(), "an error is told: " + (last.errors.empty() ? "" : last.errors[0]));
  require_whole(run, scans, findings);
  for (const auto& finding : findings.texts()) std::printf("%s\n", finding.c_str());
  return findings.texts().empty() ? 0 : 1;
}

}  // namespace

void add_slow_disk(CLI::App& app, int& exit_status) {
  auto* command =
      app.add_subcommand("slow-disk", "A disk slower than the source: it is held back, in bounded memory");
  auto milliseconds = std::make_shared<int>(20), scans = std::make_shared<int>(4);
  command->add_option("--write-ms", *milliseconds, "Each write takes this much longer")
      ->capture_default_str();
  command->add_option("--scans", *scans)->capture_default_str();
  command->callback([=, &exit_status] { exit_status = slow_disk(*milliseconds, *scans); });
}

}  // namespace phasecast::torture
