#include <spdlog/fmt/fmt.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <vector>

#include "pipeline/files/scan_reader.hpp"
#include "tools/commands.hpp"
#include "tools/commands/send_options.hpp"
#include "tools/progress.hpp"
#include "tools/stack_options.hpp"
#include "tools/stop_signal.hpp"

namespace phasecast {

namespace {

struct ReplayOptions {
  std::vector<std::filesystem::path> files;
  SendConfig send;
  KeyFiles keys;
  StackOptions stack;
};

std::unique_ptr<ScanSource> open(const std::filesystem::path& path, const StackOptions& stack) {
  std::vector<std::string> assumptions;
  Result<std::unique_ptr<ScanSource>> source =
      open_scan(path, assumptions, to_description(stack, assumptions));
  for (const std::string& assumption : assumptions) fmt::print(stderr, "{}\n", assumption);
  if (!source) throw std::runtime_error(source.error().text());
  return std::move(*source);
}

int replay(const ReplayOptions& options) {
  zmq::context_t context;  // outlives the signals' deflection: a stuck last message can be interrupted
  const StopOnSignal stop;
  Sender sender(context, options.send, stop.token());
  for (const std::filesystem::path& file : options.files) {
    const std::unique_ptr<ScanSource> source = open(file, options.stack);
    Result<SendReport> report = [&] {
      Progress progress("replay " + file.filename().string(), source->frame_count());
      return sender.send(*source, [&](const Frame&) -> Result<Ok> {
        progress.advance();
        return Ok{};
      });
    }();
    if (!report) throw std::runtime_error(report.error().text());
    fmt::print("{}\n", report->text());
    std::fflush(stdout);
    if (report->interrupted) return 1;
  }
  return 0;
}

}  // namespace

void add_replay(CLI::App& app, int& exit_status) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command = app.add_subcommand("replay", "Sends recorded scans over the same wire as a detector");
  command->add_option("files", options->files, "Scan files, sent one after the other")
      ->required()
      ->type_name("F...")
      ->check(CLI::ExistingPath);
  add_send_options(*command, options->send, options->keys);
  add_stack_options(*command, options->stack);
  command->get_option("--to")->required();
  CLI::Option* rate = command->get_option("--rate");
  CLI::Option* recorded = command->add_flag_callback(
      "--as-recorded", [options] { options->send.pace = Pace::as_recorded; },
      "Keep the times between frames, and between scans, that they were recorded with");
  CLI::Option* fast = command->add_flag_callback(
      "--fast", [options] { options->send.pace = Pace::fast; }, "As fast as frames are taken (the default)");
  rate->excludes(recorded)->excludes(fast);
  recorded->excludes(fast);
  command->add_option("--interval", options->send.interval_s, "Pause between scans")
      ->type_name("S")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->callback([options, &exit_status] {
    options->send.keys = load_keys(options->keys);
    exit_status = replay(*options);
  });
}

}  // namespace phasecast
