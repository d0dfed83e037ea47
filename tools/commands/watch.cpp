#include <spdlog/fmt/fmt.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>

#include "tools/commands.hpp"
#include "tools/stop_signal.hpp"
#include "tools/watch/screen.hpp"
#include "tools/watch/terminal.hpp"
#include "tools/watch/watch.hpp"

namespace phasecast {
namespace {

constexpr int widest_screen = 80, tallest_screen = 48;

int watch_and_show(const WatchOptions& options, const std::string& lines_path) {
  const StopOnSignal stop;
  std::ofstream lines_file;
  if (!lines_path.empty()) {
    lines_file.open(lines_path);
    if (!lines_file) throw std::runtime_error(lines_path + ": cannot be written [lines]");
  }
  std::optional<Terminal> terminal;
  if (Terminal::present()) terminal.emplace();

  WatchOutput output;
  output.line = [&](const std::string& line) {
    if (lines_file.is_open()) lines_file << line << std::endl;
    if (terminal) return;
    fmt::print("{}\n", line);
    std::fflush(stdout);
  };
  if (terminal) {
    output.screen = [&](const View& view) {
      const auto [columns, rows] = Terminal::size();
      terminal->draw(
          screen_lines(view, std::min(columns, widest_screen), std::min(rows - 1, tallest_screen)));
    };
  }
  return watch(options, output, stop.token());
}

}  // namespace

void add_watch(CLI::App& app, int& exit_status) {
  struct Options {
    WatchOptions watch;
    KeyFiles keys;
    std::string lines;
  };
  auto options = std::make_shared<Options>();
  WatchOptions& watch_options = options->watch;
  CLI::App* command =
      app.add_subcommand("watch", "Show a pipeline's state and maps: live on a terminal, as lines elsewhere");
  command
      ->add_option("endpoint", watch_options.endpoint, "Maps endpoint of a running pipeline: tcp://HOST:PORT")
      ->required()
      ->check([](const std::string& endpoint) {
        const bool known = endpoint.starts_with("tcp://") || endpoint.starts_with("ipc://");
        return known ? "" : "'" + endpoint + "' is no endpoint, expected tcp://HOST:PORT or ipc://PATH";
      });
  add_key_options(*command, options->keys);
  CLI::Option* finals = command
                            ->add_option("--finals", watch_options.finals,
                                         "End with status 0 after N final maps [default: never]")
                            ->check(CLI::PositiveNumber)
                            ->type_name("N");
  command
      ->add_option("--timeout", watch_options.timeout_s,
                   "With --finals: end with status 1 after S seconds [default: never]")
      ->check(CLI::PositiveNumber)
      ->needs(finals)
      ->type_name("S");
  CLI::Option* png =
      command
          ->add_option(
              "--png", watch_options.pictures,
              "Write pictures here: latest.png (newest map) and scan_000_final.png, ... [default: none]")
          ->type_name("DIR");
  command
      ->add_flag("--every-map", watch_options.every_map,
                 "With --png: keep a picture of every map, not only of final ones")
      ->needs(png);
  command
      ->add_option(
          "--truth", watch_options.truth,
          "Simulated scan files, one per scan in order: tell each final map's PSNR in dB, eq. (27) with "
          "MAX = 1 over unmasked pixels and all states [default: none]")
      ->type_name("F.h5");
  command
      ->add_option("--lines", options->lines,
                   "Write the plain lines to this file too, terminal or not [default: none]")
      ->type_name("FILE");
  command->callback([options, &exit_status] {
    options->watch.keys = load_keys(options->keys);
    exit_status = watch_and_show(options->watch, options->lines);
  });
}

}  // namespace phasecast
