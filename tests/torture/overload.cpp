#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "tests/torture/commands.hpp"
#include "tests/torture/findings.hpp"
#include "tests/torture/hostile.hpp"
#include "tests/torture/live_pipeline.hpp"
#include "tests/torture/memory.hpp"
#include "tests/torture/run_process.hpp"
#include "tests/torture/steady_scans.hpp"
#include "tests/torture/viewer.hpp"

namespace phasecast::torture {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Options {
  int pairs = 3, warm_up = 40, scans = 200, side = 256;
  double rate_hz = 0, at_least = 0;
  Hostility hostility;
};

struct Measured {
  double frames_per_second = 0, resident_mib = 0;
  std::string viewer_drops;
};

Measured measure(const Options& options, bool disturbed, Findings& findings) {
  const ScratchFolder folder;
  SteadyScans scans(options.side);
  RunProcess run(folder.path(), scans.unmix().references,
                 {"--no-record", "--in-flight", "64", "--map-every", "10"});
  zmq::context_t context;
  Mouth mouth(context, run.endpoints().frames);
  FinalMaps viewer(context, run.endpoints().maps);
  std::optional<HostileProcess> hostiles;
  if (disturbed) hostiles.emplace(folder.path(), run.endpoints(), options.hostility);

  const auto no_matter = [](const PhaseMap&) {};
  const auto send = [&](int count, bool paced) {
    const auto begin = SteadyClock::now();
    std::uint64_t sent = 0;
    for (int k = 0; k < count; ++k) {
      for (const Parts& parts : scans.next()) {
        if (paced && options.rate_hz > 0)
          std::this_thread::sleep_until(begin +
                                        std::chrono::duration_cast<SteadyClock::duration>(
                                            std::chrono::duration<double>(double(sent) / options.rate_hz)));
        mouth.send(parts);
        ++sent;
      }
      viewer.take(no_matter);
    }
    viewer.wait_for(scans.last_id(), no_matter);
    return std::chrono::duration<double>(SteadyClock::now() - begin).count();
  };
  send(options.warm_up, false);  // all memory has been touched, every stalled client's queues have filled
  const double seconds = send(options.scans, true);
  Measured result;
  result.resident_mib = resident_mib(run.pid());
  result.frames_per_second = static_cast<double>(scans.frames_per_scan()) * options.scans / seconds;
  hostiles.reset();
  auto summary = run.stop();
  result.viewer_drops = summary["viewer_drops"];
  const std::string all = std::to_string(scans.sent() * scans.frames_per_scan());
  for (const char* name : {"received", "used"})
    findings.require(summary[name] == all, std::string(name) + " is " + summary[name] + ", should be " + all);
  return result;
}

int overload(const Options& options) {
  Findings findings;
  std::vector<double> ratios;
  std::printf(
      "pair  undisturbed frames/s  disturbed frames/s  ratio  resident MiB  with them  viewer drops\n");
  for (int k = 0; k < options.pairs; ++k) {
    const bool disturbed_first = k % 2 == 1;
    const Measured first = measure(options, disturbed_first, findings);
    const Measured second = measure(options, !disturbed_first, findings);
    const Measured& calm = disturbed_first ? second : first;
    const Measured& storm = disturbed_first ? first : second;
    ratios.push_back(storm.frames_per_second / calm.frames_per_second);
    std::printf("%4d  %20.1f  %18.1f  %5.3f  %12.1f  %9.1f  %12s\n", k + 1, calm.frames_per_second,
                storm.frames_per_second, ratios.back(), calm.resident_mib, storm.resident_mib,
                storm.viewer_drops.c_str());
  }
  std::sort(ratios.begin(), ratios.end());
  const double median = ratios[ratios.size() / 2];
  std::printf("median_ratio %.3f (asked: 0.98)\n", median);
  findings.require(median >= options.at_least, "hostile clients cost more than that");
  for (const auto& finding : findings.texts()) std::printf("%s\n", finding.c_str());
  return findings.texts().empty() ? 0 : 1;
}

}  // namespace

void add_overload(CLI::App& app, int& exit_status) {
  auto* command = app.add_subcommand(
      "overload",
      "Ingest rate with clients that never read, nonsense on every socket and floods, against without");
  auto options = std::make_shared<Options>();
  command->add_option("--pairs", options->pairs, "With and without, in alternating order")
      ->capture_default_str();
  command->add_option("--scans", options->scans, "In each")->capture_default_str();
  command->add_option("--warm-up", options->warm_up, "Scans before the measurement")->capture_default_str();
  command->add_option("--side", options->side, "Of a frame")->type_name("pixels")->capture_default_str();
  command->add_option("--rate", options->rate_hz, "Frames per second; 0: as fast as they are taken")
      ->capture_default_str();
  command->add_option("--at-least", options->at_least, "Median ratio that is asked for")
      ->capture_default_str();
  add_hostility(*command, options->hostility);
  command->callback([options, &exit_status] { exit_status = overload(*options); });
}

}  // namespace phasecast::torture
