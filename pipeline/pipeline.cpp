#include "pipeline/pipeline.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

#include "messages/latency.hpp"
#include "messages/units.hpp"
#include "messages/wire/limits.hpp"

namespace phasecast {
namespace {

/// A request or a handshake has a few hundred bytes.
constexpr std::int64_t largest_request = 4096;

/// A frame, or a header: both come as parts. CURVE and framing add a few bytes to each.
std::int64_t largest_part(const RunConfig& config) {
  return static_cast<std::int64_t>(std::max(config.largest_frame_bytes, limits::header_bytes)) + 1024;
}

std::optional<KeyFolder> keys_of(const RunConfig& config) {
  return config.keys.empty() ? std::nullopt : std::optional<KeyFolder>(std::in_place, config.keys);
}

}  // namespace

Pipeline::Pipeline(const RunConfig& config, std::function<void()> on_stop_request)
    : config_(config),
      on_stop_request_(std::move(on_stop_request)),
      started_utc_ns_(utc_now_ns()),
      budget_(config.in_flight_bytes),
      admission_(config.admission, ledger_, [this](Event event) { handle(std::move(event)); }) {
  std::vector<std::shared_ptr<const RecordedScan>> resumed;
  if (config_.record) {
    std::filesystem::create_directories(config_.output);
    lock_.emplace(config_.output);
    resumed = scans_to_resume();  // before the recorder's thread: HDF5 is for one thread at a time
    recorder_.emplace(RecorderConfig{config_.output, config_.described, config_.to_disk}, ledger_);
    for (const auto& scan : resumed) recorder_->know(*scan);
  }
  gatekeeper_.emplace(context_, keys_of(config_), config_.own_viewer, ledger_);
  publisher_.emplace(context_, config_.maps_endpoint, *gatekeeper_, ledger_);
  status_clock_.emplace(ledger_, [this](const Status& status) { publisher_->publish(encode(status)); });
  graph_.emplace(config_.unmix, hash_of(config_.described), config_.hold_bytes, config_.threads, ledger_,
                 GraphOutputs{[this](Event event) {
                                if (recorder_) recorder_->record(std::move(event));
                              },
                              [this](std::shared_ptr<PhaseMap> map) { deliver(std::move(map)); }});
  source_.emplace(context_, config_.frames_endpoint, gatekeeper_->guard("frames", largest_part(config_)),
                  config_.largest_frame_bytes, admission_, budget_, ledger_);
  control_.emplace(context_, config_.control_endpoint, gatekeeper_->guard("control", largest_request),
                   [this](const ControlRequest& request) { return control(request); });
  source_->start(std::move(resumed));
}

/// What a pipeline that died in this folder was at.
std::vector<std::shared_ptr<const RecordedScan>> Pipeline::scans_to_resume() {
  std::vector<std::shared_ptr<const RecordedScan>> scans;
  for (const UnfinishedScan& found : find_unfinished(config_.output)) {
    auto scan = read_recorded_scan(found.recording);
    if (!scan) {
      ledger_.error("resume: " + scan.error().text());
      continue;
    }
    if (!scan->damaged.empty())
      ledger_.error("resume: " + scan->path.string() + ": " + std::to_string(scan->damaged.size()) +
                    " frames are damaged and count as never received");
    spdlog::info("resuming scan={} frames={} file={}", scan->start.scan_id, scan->frames.size(),
                 scan->path.string());
    if (found.mapped) mapped_.insert(scan->start.scan_id);
    scan->drift = found.drift;
    scans.push_back(std::make_shared<const RecordedScan>(std::move(*scan)));
  }
  return scans;
}

Pipeline::~Pipeline() {
  stop();
}

Endpoints Pipeline::endpoints() const {
  return {source_->endpoint(), publisher_->endpoint(), control_->endpoint()};
}

/// Front to back: each part is ended when nothing more can reach it.
void Pipeline::stop() {
  if (!source_) return;
  ledger_.update([](Status& status) { status.state = PipelineState::stopping; });
  control_.reset();
  source_->stop();
  source_.reset();
  graph_->finish();
  graph_.reset();
  if (recorder_) {
    recorder_->finish();
    files_ = recorder_->files();
    recorder_.reset();
  }
  status_clock_.reset();
  publisher_.reset();
  gatekeeper_.reset();  // after the sockets: it hears of their end
}

Status Pipeline::status() const {
  return ledger_.snapshot();
}

std::vector<std::filesystem::path> Pipeline::files() const {
  return recorder_ ? recorder_->files() : files_;
}

/// Scans that end faster than their final maps are made hold the source back too: each waits with its
/// moments.
std::size_t Pipeline::moments_bytes(const ScanStart& scan) const {
  return scan.shape.pixels() * (config_.unmix.references.size() + 3) * sizeof(double);
}

void Pipeline::handle(Event event) {
  if (const auto* opened = std::get_if<ScanOpened>(&event)) {
    const ScanStart& scan = *opened->scan;
    spdlog::info("scan_opened scan={} index={} series={} energies={} shape={}x{} source=\"{}\"", scan.scan_id,
                 scan.scan_index, scan.series_id, scan.energies_ev.size(), scan.shape.height,
                 scan.shape.width, scan.source);
    publisher_->publish(encode(scan));
  } else if (auto* closed = std::get_if<ScanClosed>(&event)) {
    spdlog::info("scan_closed scan={} status={} received={} missing={} timed_out={} reason=\"{}\"",
                 closed->scan->scan_id, name_of(closed->end.status), closed->received, closed->missing,
                 closed->timed_out, closed->end.reason);
    closed->ticket = budget_.take(moments_bytes(*closed->scan));
    publisher_->publish(encode(closed->end));
    ledger_.update([](Status& status) { status.state = PipelineState::waiting; });
  }
  graph_->put(std::move(event));
}

void Pipeline::deliver(std::shared_ptr<PhaseMap> map) {
  map->map_number = maps_published_++;
  map->published_utc_ns = utc_now_ns();
  {  // first: who has seen a map may ask what it makes of a spectrum
    std::lock_guard lock(newest_map_mutex_);
    newest_map_ = map;
  }
  publisher_->publish(encode(*map));
  ledger_.count(map->final ? &Counters::maps_final : &Counters::maps_provisional);
  ledger_.update([&](Status& status) {
    if (status.scan_id == map->scan_id) status.advice = map->advice;
  });
  if (!map->final) return;

  const double latency = latency_ms(*map);
  if (map->received_utc_ns >= started_utc_ns_) latency_.add(latency);
  const auto percentiles = latency_.percentiles();
  ledger_.update([&](Status& status) {
    status.latency_p50_ms = percentiles.p50_ms;
    status.latency_p95_ms = percentiles.p95_ms;
  });
  spdlog::info("map_final scan={} map={} energies={}/{} iterations={} distance={:.2g} latency_ms={:.1f}",
               map->scan_id, map->map_number, map->energies_used.size(), map->energies_ev.size(),
               map->iterations, map->map_distance, latency);
  if (recorder_ && !mapped_.contains(map->scan_id)) recorder_->record(std::move(map));
}

ControlAnswer Pipeline::receipt(const std::string& scan_id) {
  if (!recorder_) return {{false, "nothing is recorded (--no-record)"}, {}};
  const auto receipt = recorder_->receipts().of(scan_id);
  if (!receipt) return {{false, "nothing of scan " + scan_id + " is recorded"}, {}};
  return {{true, ""}, encode(*receipt)};
}

std::shared_ptr<const PhaseMap> Pipeline::newest_map() {
  std::lock_guard lock(newest_map_mutex_);
  return newest_map_;
}

ControlAnswer Pipeline::control(const ControlRequest& request) {
  const auto answered = [](const auto& result) -> ControlAnswer {
    if (!result) return {{false, result.error().text()}, {}};
    return {{true, ""}, encode(*result)};
  };
  const auto newest = [&](std::string_view topic) -> ControlAnswer {
    Parts parts = publisher_->newest(topic);
    if (parts.empty()) return {{false, "there is no " + std::string(topic) + " yet"}, {}};
    return {{true, ""}, std::move(parts)};
  };
  switch (request.command) {
    case ControlCommand::get_status:
      return {{true, ""}, encode(ledger_.snapshot())};
    case ControlCommand::get_scan_start:
      return newest(topic::scan_start);
    case ControlCommand::get_map:
      return newest(topic::phase_map);
    case ControlCommand::abort_scan:
      source_->abort_scan("a control client asked for it");
      return {{true, "asked"}, {}};
    case ControlCommand::stop:
      on_stop_request_();
      return {{true, "stopping"}, {}};
    case ControlCommand::get_region_spectrum:
      return answered(graph_->region_spectrum(*request.region, newest_map()));
    case ControlCommand::get_references:
      return answered(graph_->references());
    case ControlCommand::get_receipt:
      return receipt(request.scan_id);
  }
  return {{false, "unknown command"}, {}};
}

}  // namespace phasecast
