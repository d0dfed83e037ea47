#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>

#include "pipeline/pipeline.hpp"
#include "tools/child.hpp"
#include "tools/client_keys.hpp"
#include "tools/commands.hpp"
#include "tools/options.hpp"
#include "tools/passed_key.hpp"
#include "tools/service.hpp"

namespace phasecast {
namespace {

struct RunOptions {
  UnmixOptions unmix;
  std::string config_file, endpoints_file;
  RunConfig defaults;
  std::string frames = defaults.frames_endpoint, maps = defaults.maps_endpoint,
              control = defaults.control_endpoint;
  std::string output = defaults.output;
  std::string keys;
  bool insecure = false;
  std::size_t max_frame_mib = 256;
  bool no_record = false, to_disk = false;
  std::optional<std::uint16_t> view_port;
  std::size_t reorder_frames = defaults.admission.reorder_frames;
  double reorder_wait_s = 2, close_wait_s = 2, stall_wait_s = 60;
  std::size_t in_flight_mib = 1024, hold_mib = 2048, carry_mib = 2048,
              unmix_mib = defaults.unmix.memory_bytes >> 20;
  std::optional<double> enough;
  int map_every = defaults.unmix.map_every, iterations_per_frame = defaults.unmix.iterations_per_frame;
};

void add_options(CLI::App& app, RunOptions& o) {
  add_config_file(app, o.config_file);
  app.add_option("--frames", o.frames, "Where frames come in (PULL, bound); port * takes any free one")
      ->type_name("ENDPOINT")
      ->capture_default_str();
  app.add_option("--maps", o.maps, "Where maps and status go out (XPUB, bound)")
      ->type_name("ENDPOINT")
      ->capture_default_str();
  app.add_option("--control", o.control, "Where requests are answered (REP, bound)")
      ->type_name("ENDPOINT")
      ->capture_default_str();
  app.add_option(
         "--keys", o.keys,
         "Who may connect: a folder made by phasecast keys; needed where other machines reach a socket "
         "[default: whoever reaches it]")
      ->type_name("DIR");
  app.add_flag("--insecure", o.insecure, "Let in whoever comes, unencrypted, from other machines too");
  app.add_option("--max-frame", o.max_frame_mib, "A scan whose frames are larger is rejected")
      ->type_name("MiB")
      ->capture_default_str();
  app.add_option("--endpoints", o.endpoints_file,
                 "Write the endpoints as bound to this file (JSON) when ready");
  app.add_option("--output", o.output, "Folder of recordings and maps")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_flag("--no-record", o.no_record, "Write nothing to disk");
  app.add_flag("--sync", o.to_disk,
               "Call a frame recorded once it would survive a power cut (fdatasync), not only a crash");
  app.add_option("--reorder-frames", o.reorder_frames,
                 "A missing frame is given up when this many later ones wait")
      ->type_name("frames")
      ->capture_default_str();
  app.add_option("--reorder-wait", o.reorder_wait_s, "or when a later one has waited this long")
      ->type_name("s")
      ->capture_default_str();
  app.add_option("--close-wait", o.close_wait_s, "After ScanEnd: how long missing frames may still come")
      ->type_name("s")
      ->capture_default_str();
  app.add_option("--stall-wait", o.stall_wait_s, "Silence without ScanEnd after which the scan is closed")
      ->type_name("s")
      ->capture_default_str();
  app.add_option("--in-flight", o.in_flight_mib,
                 "Memory for frames being worked on; beyond it the source is held back")
      ->type_name("MiB")
      ->capture_default_str();
  app.add_option("--hold", o.hold_mib, "Memory for frames whose flat or dark comes later in the scan")
      ->type_name("MiB")
      ->capture_default_str();
  app.add_option("--carry", o.carry_mib,
                 "Memory for the last scan's frames, which stand in for energies to come")
      ->type_name("MiB")
      ->capture_default_str();
  app.add_option(
         "--unmix-memory", o.unmix_mib,
         "Memory for sums, solver and maps; a scan that takes more is recorded, not unmixed [default: "
         "half of this machine's]")
      ->type_name("MiB");
  app.add_option("--map-every", o.map_every, "A provisional map after this many energies")
      ->type_name("energies")
      ->capture_default_str();
  app.add_option(
         "--enough", o.enough,
         "Advise to stop once the energies still planned would lower the uncertainty of a fraction by "
         "less than this [default: never]")
      ->type_name("fraction");
  app.add_option("--iterations-per-frame", o.iterations_per_frame,
                 "Iterations on newer data; then one by one until newer ones come")
      ->capture_default_str();
  app.add_option("--view", o.view_port,
                 "Show the maps on a web page of this machine at this port too, 0 for any free one; see "
                 "phasecast view [default: no page]")
      ->type_name("PORT");
  add_unmix_options(app, o.unmix);
}

/// A process of its own: what browsers do to it does not reach the pipeline.
std::optional<Child> start_viewer(const RunOptions& options, const Endpoints& endpoints,
                                  const KeyFiles& keys) {
  if (!options.view_port) return std::nullopt;
  std::vector<std::string> arguments{
      "view", endpoints.maps, "--control", endpoints.control, "--port", std::to_string(*options.view_port)};
  if (!keys.key.empty())
    arguments.insert(arguments.end(), {"--key", keys.key.string(), "--server-key", keys.server_key.string()});
  return std::optional<Child>(std::in_place, std::move(arguments));
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1e3));
}

Result<RunConfig> to_run_config(const RunOptions& o) {
  auto unmix = to_config(o.unmix);
  if (!unmix) return unmix.error();
  RunConfig config;
  config.unmix = std::move(*unmix);
  config.unmix.map_every = o.map_every;
  config.unmix.enough = o.enough;
  config.unmix.iterations_per_frame = o.iterations_per_frame;
  config.unmix.carry_bytes = o.carry_mib << 20;
  config.unmix.memory_bytes = o.unmix_mib << 20;
  config.frames_endpoint = o.frames;
  config.maps_endpoint = o.maps;
  config.control_endpoint = o.control;
  config.keys = o.keys;
  config.insecure = o.insecure;
  config.largest_frame_bytes = o.max_frame_mib << 20;
  config.output = o.output;
  config.record = !o.no_record;
  config.to_disk = o.to_disk;
  config.threads = o.unmix.threads;
  config.admission = {o.reorder_frames, milliseconds(o.reorder_wait_s), milliseconds(o.close_wait_s),
                      milliseconds(o.stall_wait_s)};
  config.in_flight_bytes = o.in_flight_mib << 20;
  config.hold_bytes = o.hold_mib << 20;
  return config;
}

void write_endpoints(const std::string& path, const Endpoints& endpoints) {
  if (path.empty()) return;
  std::ofstream file(path);
  file << "{\"frames\": \"" << endpoints.frames << "\", \"maps\": \"" << endpoints.maps
       << "\", \"control\": \"" << endpoints.control << "\"}\n";
  if (!file.flush()) throw std::runtime_error("cannot write endpoints to " + path);
}

void print_summary(const Pipeline& pipeline) {
  const Status status = pipeline.status();
  const Counters& n = status.counters;
  std::uint64_t rejected = 0, refused = 0;
  for (const auto& [cause, count] : n.rejected) rejected += count;
  std::printf(
      "received %lu\nrestored %lu\nrecorded %lu\nused %lu\nduplicate %lu\nlate %lu\nmissing %lu\nforeign "
      "%lu\nunpaired "
      "%lu\nunregistered %lu\n",
      n.received, n.restored, n.recorded, n.used, n.duplicate, n.late, n.missing, n.foreign, n.unpaired,
      n.unregistered);
  for (const auto& [socket, count] : n.refused) refused += count;
  std::printf("rejected %lu\n", rejected);
  for (const auto& [cause, count] : n.rejected) std::printf("rejected_%s %lu\n", cause.c_str(), count);
  std::printf("refused %lu\n", refused);
  for (const auto& [socket, count] : n.refused) std::printf("refused_%s %lu\n", socket.c_str(), count);
  std::printf(
      "scans %lu\nscans_aborted %lu\nscans_timed_out %lu\nmaps_provisional %lu\nmaps_final %lu\nviewer_drops "
      "%lu\n",
      n.scans_closed, n.scans_aborted, n.scans_timed_out, n.maps_provisional, n.maps_final, n.viewer_drops);
  std::printf("latency_p50_ms %.1f\nlatency_p95_ms %.1f\n", status.latency_p50_ms, status.latency_p95_ms);
  for (const auto& error : status.errors) std::printf("error %s\n", error.c_str());
  for (const auto& file : pipeline.files()) std::printf("file %s\n", file.c_str());
}

/// SIGINT and SIGTERM are blocked before any thread starts, so that only sigwait sees them.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

/// A watchdog is told meanwhile that the pipeline is alive, as long as it is.
int wait_for_signal(const sigset_t& signals, Pipeline& pipeline) {
  using namespace std::chrono;
  const auto interval = service::watchdog_interval();
  if (!interval) {
    int signal = 0;
    sigwait(&signals, &signal);
    return signal;
  }
  const auto whole = duration_cast<seconds>(*interval);
  const timespec pause{whole.count(), nanoseconds(*interval - whole).count()};
  while (true) {
    const int signal = sigtimedwait(&signals, nullptr, &pause);
    if (signal > 0) return signal;
    const Status status = pipeline.status();
    if (pipeline.responsive()) {
      service::alive(std::to_string(status.counters.recorded) + " frames recorded, " +
                     std::to_string(status.counters.missing) + " missing, " +
                     std::to_string(status.errors.size()) + " errors");
      continue;
    }
    constexpr const char* stuck = "the thread that takes frames does not answer";
    spdlog::error(stuck);
    service::stuck(stuck);
  }
}

int run(const CLI::App& app, const RunOptions& options) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("phasecast"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  auto config = to_run_config(options);
  if (!config) throw std::runtime_error(config.error().text());
  config->described = describe(app);
  const auto errors = validate(*config);
  for (const Error& error : errors) std::fprintf(stderr, "phasecast run: %s\n", error.text().c_str());
  if (!errors.empty()) return 2;

  std::optional<PassedKey> viewer_key;
  if (options.view_port && !config->keys.empty()) {
    viewer_key.emplace();
    config->own_viewer = viewer_key->public_key();
  }

  const sigset_t stop_signals = block_stop_signals();
  Pipeline pipeline(*config, [] { kill(getpid(), SIGTERM); });
  const Endpoints endpoints = pipeline.endpoints();
  spdlog::info("ready frames={} maps={} control={}", endpoints.frames, endpoints.maps, endpoints.control);
  write_endpoints(options.endpoints_file, endpoints);
  std::optional<Child> viewer = start_viewer(
      options, endpoints,
      viewer_key ? KeyFiles{viewer_key->path(), KeyFolder(config->keys).server_public_file()} : KeyFiles{});
  service::ready();
  const int signal = wait_for_signal(stop_signals, pipeline);
  service::stopping();
  spdlog::info("stopping signal={}", signal);
  pipeline.stop();
  viewer.reset();  // after the last map
  print_summary(pipeline);
  return 0;
}

/// The start and orderly end of a pipeline that nobody sends to: it finishes what the one before left.
int recover(const CLI::App& app, const RunOptions& options) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("phasecast"));
  spdlog::set_pattern("%l: %v");
  auto config = to_run_config(options);
  if (!config) throw std::runtime_error(config.error().text());
  if (!std::filesystem::is_directory(config->output))
    throw std::runtime_error("--output " + config->output + " is no folder, expected that of the recordings");
  config->described = describe(app);
  config->record = true;
  config->frames_endpoint = "inproc://recover-frames";
  config->maps_endpoint = "inproc://recover-maps";
  config->control_endpoint = "inproc://recover-control";
  const auto errors = validate(*config);
  for (const Error& error : errors) std::fprintf(stderr, "phasecast recover: %s\n", error.text().c_str());
  if (!errors.empty()) return 2;
  Pipeline pipeline(*config, [] {});
  pipeline.stop();
  print_summary(pipeline);
  return pipeline.status().errors.empty() ? 0 : 1;
}

}  // namespace

void add_recover(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("recover",
                                         "Finishes the scans of a pipeline that died, from its recordings; "
                                         "the options are those of run, which does "
                                         "the same when it starts");
  auto options = std::make_shared<RunOptions>();
  add_options(*command, *options);
  command->callback([command, options, &exit_status] {
    apply_config_file(*command, options->config_file);
    exit_status = recover(*command, *options);
  });
}

void add_run(CLI::App& app, int& exit_status) {
  CLI::App* command =
      app.add_subcommand("run", "The live pipeline: frames in, phase maps out, every frame recorded");
  auto options = std::make_shared<RunOptions>();
  add_options(*command, *options);
  command->callback([command, options, &exit_status] {
    apply_config_file(*command, options->config_file);
    exit_status = run(*command, *options);
  });
}

}  // namespace phasecast
