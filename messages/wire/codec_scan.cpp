#include "messages/wire/decoders.hpp"
#include "messages/wire/field_check.hpp"
#include "messages/wire/header.hpp"
#include "messages/wire/limits.hpp"

namespace phasecast {
namespace {

void fill(wire::CorrectionPlan& header, const CorrectionPlan& plan) {
  header.set_use(to_wire(correction_uses, plan.use));
  header.set_repeats(plan.repeats);
}

CorrectionPlan read_plan(FieldCheck& check, std::string_view field, const wire::CorrectionPlan& header) {
  CorrectionPlan plan;
  plan.use = check.enumerator("repeats", field, correction_uses, header.use());
  const std::uint32_t fewest = plan.use == CorrectionUse::none ? 0 : 1;
  plan.repeats = check.range("repeats", field, header.repeats(), fewest, limits::repeats);
  return plan;
}

}  // namespace

Parts encode(const ScanStart& message) {
  wire::ScanStart header;
  header.set_version(message.version);
  header.set_source(message.source);
  header.set_series_id(message.series_id);
  header.set_scan_id(message.scan_id);
  header.set_scan_index(message.scan_index);
  header.mutable_energies_ev()->Add(message.energies_ev.begin(), message.energies_ev.end());
  *header.mutable_shape() = to_wire(message.shape);
  header.set_pixel_type(to_wire(pixel_types, message.pixel_type));
  header.set_pixel_size_um(message.pixel_size_um);
  header.set_edge(message.edge);
  header.set_signal(to_wire(signals, message.signal));
  fill(*header.mutable_darks(), message.darks);
  fill(*header.mutable_flats(), message.flats);
  header.set_sample_repeats(message.sample_repeats);
  header.set_start_utc_ns(message.start_utc_ns);
  header.mutable_metadata()->insert(message.metadata.begin(), message.metadata.end());
  return topic_and_header(topic::scan_start, header);
}

Result<Message> decode_scan_start(const Parts& parts) {
  const auto read = read_header<wire::ScanStart>(parts, "scan start");
  if (!read) return read.error();
  const auto& header = *read;
  FieldCheck check(message_name("scan start", std::nullopt, header.scan_id()));

  ScanStart start;
  start.version = header.version();
  start.scan_id = check.id("scan_id", header.scan_id());
  start.series_id = check.id("series_id", header.series_id());
  start.source = check.text("source", header.source());
  check.present("value", "scan_index", header.has_scan_index());
  start.scan_index = header.scan_index();
  start.energies_ev = check.energies(header.energies_ev());
  start.shape = check.shape(header.shape());
  start.pixel_type = check.enumerator("pixel_type", "pixel_type", pixel_types, header.pixel_type());
  start.pixel_size_um = check.not_negative("pixel_size_um", header.pixel_size_um());
  start.edge = check.text("edge", header.edge());
  start.signal = check.enumerator("value", "signal", signals, header.signal());
  start.darks = read_plan(check, "darks", header.darks());
  start.flats = read_plan(check, "flats", header.flats());
  start.sample_repeats =
      check.range("repeats", "sample_repeats", header.sample_repeats(), 1u, limits::repeats);
  check.range("repeats", "planned frames", start.planned_frames(), std::uint64_t{1}, limits::scan_frames);
  start.start_utc_ns = check.instant("start_utc_ns", header.start_utc_ns());
  check.names("metadata", header.metadata());
  for (const auto& entry : header.metadata()) check.text("metadata", entry.second);
  if (!check.ok()) return check.error();

  start.metadata.insert(header.metadata().begin(), header.metadata().end());
  return Message{std::move(start)};
}

Parts encode(const ScanEnd& message) {
  wire::ScanEnd header;
  header.set_version(protocol_version);
  header.set_scan_id(message.scan_id);
  header.set_frames_sent(message.frames_sent);
  header.set_status(to_wire(scan_statuses, message.status));
  header.set_reason(message.reason);
  return topic_and_header(topic::scan_end, header);
}

Result<Message> decode_scan_end(const Parts& parts) {
  const auto read = read_header<wire::ScanEnd>(parts, "scan end");
  if (!read) return read.error();
  const auto& header = *read;
  FieldCheck check(message_name("scan end", std::nullopt, header.scan_id()));

  ScanEnd end;
  end.scan_id = check.id("scan_id", header.scan_id());
  check.present("value", "frames_sent", header.has_frames_sent());
  end.frames_sent =
      check.range("value", "frames_sent", header.frames_sent(), std::uint64_t{0}, limits::scan_frames);
  end.status = check.enumerator("value", "status", scan_statuses, header.status());
  end.reason = check.text("reason", header.reason());
  if (!check.ok()) return check.error();
  return Message{std::move(end)};
}

}  // namespace phasecast
