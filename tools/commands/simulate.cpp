#include <spdlog/fmt/fmt.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

#include "pipeline/files/scan_file.hpp"
#include "tools/commands.hpp"
#include "tools/commands/send_options.hpp"
#include "tools/commands/simulate_options.hpp"
#include "tools/progress.hpp"
#include "tools/simulate/spectra.hpp"
#include "tools/stop_signal.hpp"

namespace phasecast {

namespace {

std::filesystem::path file_of_scan(std::filesystem::path output, int scan, int scans) {
  if (scans == 1) return output;
  const std::string extension = output.extension().string();
  return output.replace_extension().concat(fmt::format("_{:03}", scan)).concat(extension);
}

/// The file of one scan: its frames, then its end and the truth.
class ScanFile {
 public:
  ScanFile(std::filesystem::path path, const SimulatedScan& scan)
      : path_(std::move(path)), writer_(std::make_unique<ScanFileWriter>(path_, scan.start())) {}

  Result<Ok> write(const Frame& frame) { return writer_->write(frame); }

  void finish(const SimulatedScan& scan, const ExperimentConfig& config, const ScanEnd& end) {
    writer_->finish(end);
    writer_.reset();
    std::vector<std::string> states;
    for (const Spectrum& reference : config.references) states.push_back(reference.name);
    write_truth(path_, config.shape, states, scan.fraction(), scan.scale());
    if (config.drift.any()) write_true_drift(path_, scan.drift());
  }

 private:
  std::filesystem::path path_;
  std::unique_ptr<ScanFileWriter> writer_;
};

/// Takes all frames as if they had been sent, without a wire.
SendReport make_frames(SimulatedScan& scan, const Sender::OnSent& take, const std::stop_token& stop) {
  SendReport report{scan.start().scan_id, scan.start().scan_index};
  while (report.sent < scan.frame_count()) {
    report.interrupted = stop.stop_requested();
    if (report.interrupted) break;
    const Result<Frame> frame = scan.frame(report.sent);
    if (!frame) throw std::runtime_error(frame.error().text());
    if (const Result<Ok> taken = take(*frame); !taken) throw std::runtime_error(taken.error().text());
    ++report.sent;
  }
  return report;
}

SendReport send_frames(Sender& sender, SimulatedScan& scan, const Sender::OnSent& take) {
  const Result<SendReport> report = sender.send(scan, take);
  if (!report) throw std::runtime_error(report.error().text());
  return *report;
}

/// Makes, sends and writes one scan; false if it was interrupted.
bool simulate_scan(SimulatedScan& scan, const ExperimentConfig& config, const std::filesystem::path& path,
                   Sender* sender, const std::stop_token& stop) {
  std::unique_ptr<ScanFile> file;
  if (!path.empty()) file = std::make_unique<ScanFile>(path, scan);
  SendReport report;
  {
    Progress progress(fmt::format("scan {}", scan.start().scan_index), scan.frame_count());
    const auto take = [&](const Frame& frame) -> Result<Ok> {
      progress.advance();
      return file ? file->write(frame) : Result<Ok>(Ok{});
    };
    report = sender ? send_frames(*sender, scan, take) : make_frames(scan, take, stop);
  }
  if (file) {
    const ScanEnd aborted{report.scan_id, report.sent, ScanStatus::aborted, "interrupted"};
    file->finish(scan, config, report.interrupted ? aborted : scan.end());
  }
  fmt::print("{}{}\n", report.text(), path.empty() ? "" : " file " + path.string());
  std::fflush(stdout);
  return !report.interrupted;
}

int simulate(const SimulateOptions& options) {
  const ExperimentConfig config = experiment_of(options);
  const auto experiment = std::make_shared<const Experiment>(config);
  if (!options.write_references.empty())
    for (const auto& path :
         write_spectra(options.write_references, resample(config.references, ascending(config.energies_ev))))
      fmt::print("reference {}\n", path.string());

  zmq::context_t context;  // outlives the signals' deflection: a stuck last message can be interrupted
  const StopOnSignal stop;
  std::unique_ptr<Sender> sender;
  if (!options.send.endpoint.empty()) sender = std::make_unique<Sender>(context, options.send, stop.token());
  if (!sender && options.output.empty()) return 0;
  for (int k = 0; k < config.scans; ++k) {
    SimulatedScan scan(experiment, k);
    const std::filesystem::path path =
        options.output.empty() ? options.output : file_of_scan(options.output, k, config.scans);
    if (!simulate_scan(scan, config, path, sender.get(), stop.token())) return 1;
  }
  return 0;
}

}  // namespace

void add_simulate(CLI::App& app, int& exit_status) {
  auto options = std::make_shared<SimulateOptions>();
  CLI::App* command = app.add_subcommand(
      "simulate", "An operando experiment with known truth, sent over the wire, written to a file, or both");
  add_simulate_options(*command, *options);
  command->callback([options, command, &exit_status] {
    try {
      require_target(*command);
      if (options->output.empty() && options->send.endpoint.empty() && options->write_references.empty())
        throw std::invalid_argument("nothing to do: expected --output, --to, or both");
      options->send.keys = load_keys(options->keys);
      options->send.interval_s = options->experiment.interval_s;
      exit_status = simulate(*options);
    } catch (const std::invalid_argument& e) {
      throw CLI::ValidationError("simulate", e.what());
    }
  });
}

}  // namespace phasecast
