#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <stdexcept>
#include <system_error>

#include "messages/latency.hpp"
#include "tests/torture/commands.hpp"
#include "tests/torture/findings.hpp"
#include "tests/torture/live_pipeline.hpp"
#include "tests/torture/memory.hpp"
#include "tests/torture/random_scan.hpp"
#include "tests/torture/run_process.hpp"
#include "tests/torture/steady_scans.hpp"
#include "tests/torture/viewer.hpp"

namespace phasecast::torture {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Options {
  std::uint64_t frames = 100000;
  bool no_record = false, books_only = false, sweep = false;
  int side = 16, in_flight_mib = 2;
};

constexpr std::size_t parts_of_run = 10;

struct Tenth {
  std::uint64_t frames = 0;
  double seconds = 0, resident_mib = 0, latency_p50_ms = 0, latency_p99_ms = 0;
};

double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

/// Recordings are kept, as at a beamline. Asked for where there is room for all of them.
void require_room(const std::filesystem::path& folder, std::uint64_t scans,
                  std::uint64_t pixel_bytes_of_scan) {
  constexpr std::uint64_t beside_pixels = 128 << 10;  // of a recording and its map: measured 75 + 14 KiB
  const std::uint64_t needed = scans * (beside_pixels + pixel_bytes_of_scan),
                      available = std::filesystem::space(folder).available;
  if (needed <= available) return;
  throw std::runtime_error(folder.string() + ": " + std::to_string(scans) + " recordings need " +
                           std::to_string(needed >> 20) + " MiB, and there are " +
                           std::to_string(available >> 20) +
                           ": TMPDIR names another folder; with --sweep old ones are removed");
}

/// Removes recordings that are a minute old, for runs longer than the disk. At the pace at which they are
/// made, yet it is seen in the latency: the file system's journal and discards take from the same processors.
class Broom {
 public:
  explicit Broom(std::filesystem::path folder) : folder_(std::move(folder)) {}
  void sweep_after_scan() {
    if (++scans_ % scans_per_look == 0) look();
    for (int k = 0; k < 2 && !old_.empty(); ++k, old_.pop_front()) std::filesystem::remove(old_.front());
  }

 private:
  static constexpr int scans_per_look = 500;

  void look() {
    if (!old_.empty() || !std::filesystem::exists(folder_)) return;
    const auto before = std::filesystem::file_time_type::clock::now() - std::chrono::minutes(1);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      const auto& path = entry.path();
      std::error_code gone;  // marks beside the recordings come and go, and a name while room is claimed
      const auto written = entry.last_write_time(gone);
      if (!gone && path.filename().string().starts_with("scan_") && path.extension() == ".h5" &&
          written < before)
        old_.push_back(path);
    }
  }

  std::filesystem::path folder_;
  std::deque<std::filesystem::path> old_;
  int scans_ = 0;
};

class Soak {
 public:
  explicit Soak(const Options& options)
      : options_(options),
        scans_(options.side),
        run_(folder_.path(), scans_.unmix().references, arguments(options)),
        mouth_(context_, run_.endpoints().frames),
        maps_(context_, run_.endpoints().maps) {}
  int run();

 private:
  static std::vector<std::string> arguments(const Options& options) {
    std::vector<std::string> words{"--in-flight", std::to_string(options.in_flight_mib), "--map-every",
                                   "1000"};
    if (options.no_record) words.push_back("--no-record");
    return words;
  }
  std::uint64_t all_scans() const {
    return std::max<std::uint64_t>(options_.frames / scans_.frames_per_scan(), parts_of_run);
  }
  Tenth run_tenth(std::uint64_t scans);
  void note(const PhaseMap& map);
  bool judge(const std::vector<Tenth>& tenths);

  Options options_;
  ScratchFolder folder_;
  Broom broom_{folder_.path() / "data"};
  SteadyScans scans_;
  RunProcess run_;
  zmq::context_t context_;
  Mouth mouth_;
  FinalMaps maps_;
  std::vector<double> latencies_ms_;
  std::uint64_t frames_ = 0;
};

void Soak::note(const PhaseMap& map) {
  latencies_ms_.push_back(latency_ms(map));
}

Tenth Soak::run_tenth(std::uint64_t scans) {
  Tenth tenth;
  latencies_ms_.clear();
  const auto begin = SteadyClock::now();
  for (std::uint64_t k = 0; k < scans; ++k) {
    for (const Parts& parts : scans_.next()) mouth_.send(parts);
    tenth.frames += scans_.frames_per_scan();
    maps_.take([this](const PhaseMap& map) { note(map); });
    if (options_.sweep) broom_.sweep_after_scan();
  }
  tenth.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  tenth.resident_mib = resident_mib(run_.pid());
  tenth.latency_p50_ms = percentile(latencies_ms_, 0.5);
  tenth.latency_p99_ms = percentile(latencies_ms_, 0.99);
  frames_ += tenth.frames;
  return tenth;
}

int Soak::run() {
  if (!options_.no_record && !options_.sweep)
    require_room(folder_.path(), all_scans(), scans_.pixel_bytes_per_scan());
  std::vector<Tenth> tenths;
  std::printf("tenth  frames    frames/s  resident MiB  p50 ms  p99 ms\n");
  for (std::size_t k = 0; k < parts_of_run; ++k) {
    tenths.push_back(run_tenth(all_scans() / parts_of_run));
    const Tenth& t = tenths.back();
    std::printf("%5zu  %8lu  %8.0f  %12.1f  %6.1f  %6.1f\n", k + 1, frames_,
                static_cast<double>(t.frames) / t.seconds, t.resident_mib, t.latency_p50_ms,
                t.latency_p99_ms);
  }
  maps_.wait_for(scans_.last_id(), [this](const PhaseMap& map) { note(map); });
  return judge(tenths) ? 0 : 1;
}

bool Soak::judge(const std::vector<Tenth>& tenths) {
  auto summary = run_.stop();
  const std::string sent = std::to_string(frames_), all = std::to_string(scans_.sent());
  Findings findings;
  const std::pair<const char*, std::string> exact[] = {{"received", sent},
                                                       {"used", sent},
                                                       {"missing", "0"},
                                                       {"late", "0"},
                                                       {"duplicate", "0"},
                                                       {"foreign", "0"},
                                                       {"rejected", "0"},
                                                       {"scans", all},
                                                       {"maps_final", all},
                                                       {"unpaired", "0"},
                                                       {"recorded", options_.no_record ? "0" : sent}};
  for (const auto& [name, value] : exact)
    findings.require(summary[name] == value,
                     std::string(name) + " is " + summary[name] + ", should be " + value);
  double most = 0;
  for (std::size_t k = 1; k < tenths.size(); ++k) most = std::max(most, tenths[k].resident_mib);
  const double growth = most - tenths[0].resident_mib;
  const double ratio = tenths.back().latency_p99_ms / tenths.front().latency_p99_ms;
  std::printf("resident_growth_mib %.1f (asked: below 5)\np99_last_over_first %.2f (asked: at most 1.2)\n",
              growth, ratio);
  if (!options_.books_only) {
    findings.require(growth < 5, "resident memory grows");
    findings.require(ratio <= 1.2, "latency grows");
  }
  for (const auto& finding : findings.texts()) std::printf("%s\n", finding.c_str());
  std::printf("frames_sent %lu\nlost %ld\n", frames_,
              static_cast<long>(frames_) - std::stol(summary["received"]));
  return findings.texts().empty();
}

}  // namespace

void add_soak(CLI::App& app, int& exit_status) {
  auto* command =
      app.add_subcommand("soak", "Full rate for long: memory, latency and counters of phasecast run");
  auto options = std::make_shared<Options>();
  command->add_option("--frames", options->frames)->capture_default_str();
  command->add_option("--side", options->side, "Of a frame")->type_name("pixels")->capture_default_str();
  command->add_option("--in-flight", options->in_flight_mib)->type_name("MiB")->capture_default_str();
  command->add_flag("--no-record", options->no_record);
  command->add_flag("--sweep", options->sweep,
                    "Remove recordings a minute old, for runs longer than the disk");
  command->add_flag("--books-only", options->books_only, "Judge what was lost, not memory and time");
  command->callback([options, &exit_status] { exit_status = Soak(*options).run(); });
}

}  // namespace phasecast::torture
