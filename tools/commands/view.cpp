#include <sys/resource.h>

#include <spdlog/fmt/fmt.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "tools/commands.hpp"
#include "tools/stop_signal.hpp"
#include "tools/view/view.hpp"

namespace phasecast {
namespace {

constexpr int below_the_pipeline = 19;  // nice: on a machine that both share, frames come first

}  // namespace

void add_view(CLI::App& app, int& exit_status) {
  struct Options {
    ViewOptions view;
    KeyFiles keys;
    std::size_t history_mib = 1024;
  };
  auto options = std::make_shared<Options>();
  ViewOptions& o = options->view;
  CLI::App* command =
      app.add_subcommand("view", "A web page with a pipeline's live maps, for any number of browsers");
  command->add_option("maps", o.maps, "Maps endpoint of a running pipeline: tcp://HOST:PORT")
      ->required()
      ->type_name("ENDPOINT");
  command->add_option("--control", o.control, "Its control endpoint, for spectra [default: none]")
      ->type_name("ENDPOINT");
  add_key_options(*command, options->keys);
  command->add_flag("--insecure", o.insecure,
                    "Serve pages unencrypted where other machines reach the address");
  command->add_option("--address", o.address, "IP address to listen at")->capture_default_str();
  command->add_option("--port", o.port, "Port to listen at; 0 takes any free one")->capture_default_str();
  command->add_option(
      "--token", o.token,
      "Only who knows it may look; needed where other machines reach the address [default: none]");
  command->add_option("--history", options->history_mib, "Memory for the maps of the past")
      ->type_name("MiB")
      ->capture_default_str();
  command->callback([options, &exit_status] {
    spdlog::set_default_logger(spdlog::stderr_color_mt("phasecast"));
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    if (setpriority(PRIO_PROCESS, 0, below_the_pipeline) != 0)
      spdlog::warn("viewer: its priority cannot be lowered: {}", std::strerror(errno));
    const StopOnSignal stop;
    options->view.keys = load_keys(options->keys);
    options->view.history_bytes = options->history_mib << 20;
    view(
        options->view,
        [](const std::string& page) {
          fmt::print("page {}\n", page);
          std::fflush(stdout);
        },
        stop.token());
    exit_status = 0;
  });
}

}  // namespace phasecast
