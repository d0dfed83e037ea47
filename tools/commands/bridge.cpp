#include <spdlog/fmt/fmt.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "tools/bridge/bridge.hpp"
#include "tools/bridge/bridge_options.hpp"
#include "tools/commands.hpp"
#include "tools/config_file.hpp"
#include "tools/stop_signal.hpp"

namespace phasecast {

namespace {

int run(const bridge::BridgeOptions& options) {
  const bridge::Plan plan = bridge::to_plan(options);
  zmq::context_t context;
  const StopOnSignal stop;
  Sender sender(context, bridge::send_config(options), stop.token());
  bridge::Tally tally;
  bridge::Assembler assembler(plan.assembler, tally, bridge::send_with(sender));
  const auto frames = bridge::open_frames(context, options, plan.mapping, tally);
  const auto metadata = bridge::open_metadata(context, options);
  fmt::print("source {}\n", frames->address());
  std::fflush(stdout);
  if (!options.ready_file.empty()) std::ofstream(options.ready_file) << frames->address() << '\n';
  bridge::run_bridge(*frames, metadata.get(), assembler, options.scans, stop.token());
  fmt::print("{}", tally.text());
  return 0;
}

}  // namespace

void add_bridge(CLI::App& app, int& exit_status) {
  auto options = std::make_shared<bridge::BridgeOptions>();
  CLI::App* command = app.add_subcommand(
      "bridge",
      "Sends what detectors with protocols of their own say, and files that appear, to the pipeline");
  bridge::add_bridge_options(*command, *options);
  command->callback([command, options, &exit_status] {
    apply_config_file(*command, options->config_file);
    exit_status = run(*options);
  });
}

}  // namespace phasecast
