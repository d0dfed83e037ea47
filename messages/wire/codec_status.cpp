#include <cmath>

#include "messages/wire/decoders.hpp"
#include "messages/wire/field_check.hpp"
#include "messages/wire/findings.hpp"
#include "messages/wire/header.hpp"
#include "messages/wire/limits.hpp"

namespace phasecast {
namespace {

using WireCounters = wire::Counters;

struct CounterField {
  std::uint64_t Counters::*plain;
  std::uint64_t (WireCounters::*read)() const;
  void (WireCounters::*write)(std::uint64_t);
};
constexpr CounterField counter_fields[] = {
    {&Counters::received, &WireCounters::received, &WireCounters::set_received},
    {&Counters::recorded, &WireCounters::recorded, &WireCounters::set_recorded},
    {&Counters::used, &WireCounters::used, &WireCounters::set_used},
    {&Counters::duplicate, &WireCounters::duplicate, &WireCounters::set_duplicate},
    {&Counters::late, &WireCounters::late, &WireCounters::set_late},
    {&Counters::missing, &WireCounters::missing, &WireCounters::set_missing},
    {&Counters::foreign, &WireCounters::foreign, &WireCounters::set_foreign},
    {&Counters::unpaired, &WireCounters::unpaired, &WireCounters::set_unpaired},
    {&Counters::scans_started, &WireCounters::scans_started, &WireCounters::set_scans_started},
    {&Counters::scans_closed, &WireCounters::scans_closed, &WireCounters::set_scans_closed},
    {&Counters::scans_aborted, &WireCounters::scans_aborted, &WireCounters::set_scans_aborted},
    {&Counters::scans_timed_out, &WireCounters::scans_timed_out, &WireCounters::set_scans_timed_out},
    {&Counters::repaired_pixels, &WireCounters::repaired_pixels, &WireCounters::set_repaired_pixels},
    {&Counters::maps_provisional, &WireCounters::maps_provisional, &WireCounters::set_maps_provisional},
    {&Counters::maps_final, &WireCounters::maps_final, &WireCounters::set_maps_final},
    {&Counters::viewer_drops, &WireCounters::viewer_drops, &WireCounters::set_viewer_drops},
    {&Counters::restored, &WireCounters::restored, &WireCounters::set_restored},
    {&Counters::unregistered, &WireCounters::unregistered, &WireCounters::set_unregistered},
};

void fill(WireCounters& header, const Counters& counters) {
  for (const auto& field : counter_fields) (header.*field.write)(counters.*field.plain);
  header.mutable_rejected()->insert(counters.rejected.begin(), counters.rejected.end());
  header.mutable_refused()->insert(counters.refused.begin(), counters.refused.end());
}

Counters read_counters(FieldCheck& check, const WireCounters& header) {
  Counters counters;
  for (const auto& field : counter_fields) counters.*field.plain = (header.*field.read)();
  check.names("counters.rejected", header.rejected());
  counters.rejected.insert(header.rejected().begin(), header.rejected().end());
  check.names("counters.refused", header.refused());
  counters.refused.insert(header.refused().begin(), header.refused().end());
  return counters;
}

void read_scan(FieldCheck& check, const wire::Status& header, Status& status) {
  status.scan_id = header.scan_id();
  if (!status.scan_id.empty()) check.id("scan_id", status.scan_id);
  status.scan_index = header.scan_index();
  const auto most = static_cast<std::uint32_t>(limits::energies);
  status.energies_planned = check.range("energy", "energies_planned", header.energies_planned(), 0u, most);
  status.energies_received =
      check.range("energy", "energies_received", header.energies_received(), 0u, header.energies_planned());
}

}  // namespace

Parts encode(const Status& message) {
  wire::Status header;
  header.set_version(protocol_version);
  header.set_state(to_wire(pipeline_states, message.state));
  header.set_scan_id(message.scan_id);
  header.set_scan_index(message.scan_index);
  header.set_energies_planned(message.energies_planned);
  header.set_energies_received(message.energies_received);
  fill(*header.mutable_counters(), message.counters);
  header.mutable_queue_depths()->insert(message.queue_depths.begin(), message.queue_depths.end());
  header.set_frames_per_second(message.frames_per_second);
  if (!std::isnan(message.latency_p50_ms)) header.set_latency_p50_ms(message.latency_p50_ms);
  if (!std::isnan(message.latency_p95_ms)) header.set_latency_p95_ms(message.latency_p95_ms);
  header.set_recorder_lag_frames(message.recorder_lag_frames);
  for (const auto& error : message.errors) header.add_errors(error);
  header.set_note(message.note);
  header.set_published_utc_ns(message.published_utc_ns);
  for (const auto& drift : message.drift) fill(*header.add_drift(), drift);
  if (message.advice) fill(*header.mutable_advice(), *message.advice);
  return topic_and_header(topic::status, header);
}

Result<Message> decode_status(const Parts& parts) {
  const auto read = read_header<wire::Status>(parts, "status");
  if (!read) return read.error();
  const auto& header = *read;
  FieldCheck check(message_name("status", std::nullopt, header.scan_id()));

  Status status;
  status.state = check.enumerator("value", "state", pipeline_states, header.state());
  read_scan(check, header, status);
  check.present("value", "counters", header.has_counters());
  status.counters = read_counters(check, header.counters());
  check.names("queue_depths", header.queue_depths());
  status.queue_depths.insert(header.queue_depths().begin(), header.queue_depths().end());
  status.frames_per_second = check.not_negative("frames_per_second", header.frames_per_second());
  status.latency_p50_ms =
      check.known_or_nan("latency_p50_ms", header.has_latency_p50_ms(), header.latency_p50_ms());
  status.latency_p95_ms =
      check.known_or_nan("latency_p95_ms", header.has_latency_p95_ms(), header.latency_p95_ms());
  status.recorder_lag_frames = header.recorder_lag_frames();
  check.list_size("errors", static_cast<std::size_t>(header.errors_size()));
  for (const auto& error : header.errors()) check.text("errors", error);
  status.note = check.text("note", header.note());
  status.published_utc_ns = check.instant("published_utc_ns", header.published_utc_ns());
  status.drift = read_drift(check, header.drift());
  if (header.has_advice()) status.advice = read_advice(check, header.advice());
  if (!check.ok()) return check.error();

  status.errors.assign(header.errors().begin(), header.errors().end());
  return Message{std::move(status)};
}

}  // namespace phasecast
