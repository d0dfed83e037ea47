#include "tools/commands/send_options.hpp"

#include <stdexcept>
#include <string>

namespace phasecast {

namespace {

constexpr const char* only_when_sending[] = {"--control", "--rate",      "--loss",      "--duplicate",
                                             "--shuffle", "--early-end", "--fault-seed"};

std::string endpoint_fault(const std::string& endpoint) {
  const bool known = endpoint.starts_with("tcp://") || endpoint.starts_with("ipc://");
  return known ? "" : "'" + endpoint + "' is no endpoint, expected tcp://HOST:PORT or ipc://PATH";
}

}  // namespace

void add_send_options(CLI::App& command, SendConfig& config, KeyFiles& keys) {
  add_key_options(command, keys);
  command.add_option("--to", config.endpoint, "Send to the pipeline that takes frames at this address")
      ->type_name("tcp://HOST:PORT")
      ->check(endpoint_fault);
  command
      .add_option(
          "--control", config.control,
          "Its control endpoint: have every frame confirmed, and send again what a pipeline that went away "
          "had not recorded [default: none]")
      ->type_name("tcp://HOST:PORT")
      ->check(endpoint_fault);
  command
      .add_option_function<double>(
          "--rate",
          [&config](double hz) {
            config.pace = Pace::rate;
            config.rate_hz = hz;
          },
          "Frames per second, by the clock; default: as fast as they are taken")
      ->type_name("HZ")
      ->check(CLI::Range(1e-3, 1e6));
  command.add_option("--loss", config.faults.loss, "Share of the frames that are never sent")
      ->type_name("0..1")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_option("--duplicate", config.faults.duplicate, "Share of the frames that are sent twice")
      ->type_name("0..1")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command
      .add_option(
          "--shuffle", config.faults.shuffle,
          "Send out of order: a frame is overtaken only by frames less than this many places behind it")
      ->type_name("FRAMES")
      ->capture_default_str();
  command.add_flag("--early-end", config.faults.early_end,
                   "Send the end of the scan before its last three frames");
  command.add_option("--fault-seed", config.faults.seed, "Which frames the faults hit")
      ->type_name("SEED")
      ->capture_default_str();
}

void require_target(const CLI::App& command) {
  if (command.count("--to") > 0) return;
  for (const char* option : only_when_sending)
    if (command.count(option) > 0)
      throw std::invalid_argument(std::string("option ") + option +
                                  " acts on what is sent, expected --to as well");
}

}  // namespace phasecast
