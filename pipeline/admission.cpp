#include "pipeline/admission.hpp"

#include <algorithm>
#include <cmath>

namespace phasecast {
namespace {

constexpr std::size_t remembered_scans = 8;

/// The set energy repeats the plan; more than rounding apart means that the index or the plan is wrong.
constexpr double energy_agreement_ev = 0.01;

Error frame_error(const FrameHeader& header, std::string cause, std::string field, std::string value,
                  std::string expected) {
  return {std::move(cause), "frame " + std::to_string(header.sequence) + " of scan " + header.scan_id,
          std::move(field), std::move(value), std::move(expected)};
}

std::uint32_t repeats_of(const ScanStart& scan, FrameKind kind) {
  if (kind == FrameKind::sample) return scan.sample_repeats;
  const CorrectionPlan& plan = kind == FrameKind::dark ? scan.darks : scan.flats;
  return plan.use == CorrectionUse::none ? 0 : plan.repeats;
}

bool is_shared(const ScanStart& scan, FrameKind kind) {
  if (kind == FrameKind::sample) return false;
  return (kind == FrameKind::dark ? scan.darks : scan.flats).use == CorrectionUse::shared;
}

}  // namespace

Admission::Admission(AdmissionConfig config, Ledger& ledger, Emit emit)
    : config_(config), ledger_(ledger), emit_(std::move(emit)) {}

void Admission::on_scan_start(const ScanStart& start, Time now) {
  const auto is_this = [&](const Scan& scan) { return scan.start->scan_id == start.scan_id; };
  if (open_ && is_this(*open_)) return;  // re-sent for late joiners
  if (std::any_of(closed_.begin(), closed_.end(), is_this)) {
    ledger_.reject("scan_id");
    ledger_.error("scan_start: scan id " + start.scan_id + " was already used; its frames count as late");
    return;
  }
  if (open_ && !open_->end && open_->source_seen && open_->start->series_id != start.series_id) {
    ledger_.reject("scan_open");
    ledger_.error("scan_start: scan " + start.scan_id + " of series " + start.series_id + " from '" +
                  start.source + "' refused: scan " + open_->start->scan_id + " is still open");
    return;
  }
  if (open_) close(true);  // the source has gone on: nothing more of the old scan is to come
  open(start, now, nullptr);
}

void Admission::open(const ScanStart& start, Time now, std::shared_ptr<const RecordedScan> recording) {
  Scan scan;
  scan.start = std::make_shared<const ScanStart>(start);
  scan.total = start.planned_frames();
  scan.seen.assign(scan.total, false);
  scan.last_activity = now;
  scan.source_seen = !recording;
  scan.recording = std::move(recording);
  open_ = std::move(scan);
  ledger_.count(&Counters::scans_started);
  ledger_.update([&](Status& status) {
    status.state = PipelineState::scanning;
    status.scan_id = start.scan_id;
    status.scan_index = start.scan_index;
    status.energies_planned = static_cast<std::uint32_t>(start.energies_ev.size());
    status.energies_received = 0;
    status.advice.reset();
  });
  emit_(ScanOpened{open_->start, open_->recording});
}

void Admission::resume(std::shared_ptr<const RecordedScan> recording, Time now) {
  if (open_) close(true);
  const ScanStart& start = recording->start;
  open(start, now, std::move(recording));
}

void Admission::resumed(Time now) {
  if (!open_) return;  // closed on count
  open_->last_activity = now;
  if (!open_->recording->end) return;
  open_->end = open_->recording->end;
  open_->total = open_->end->frames_sent;
  close(open_->received < open_->total && open_->end->status == ScanStatus::complete);
}

std::optional<Error> Admission::mismatch(const Scan& scan, const FrameHeader& header) const {
  const ScanStart& plan = *scan.start;
  const auto wrong = [&](std::string cause, std::string field, std::string value, std::string expected) {
    return frame_error(header, std::move(cause), std::move(field), std::move(value), std::move(expected));
  };
  if (header.sequence >= scan.seen.size())
    return wrong("sequence", "sequence", std::to_string(header.sequence),
                 "below " + std::to_string(scan.seen.size()) + ", the planned number of frames");
  if (header.shape != plan.shape)
    return wrong(
        "shape", "shape", std::to_string(header.shape.height) + "x" + std::to_string(header.shape.width),
        std::to_string(plan.shape.height) + "x" + std::to_string(plan.shape.width) + " as in scan_start");
  if (header.pixel_type != plan.pixel_type)
    return wrong("pixel_type", "pixel_type", std::string(name_of(header.pixel_type)),
                 std::string(name_of(plan.pixel_type)) + " as in scan_start");
  if (header.repeat >= repeats_of(plan, header.kind))
    return wrong("repeats", "repeat", std::to_string(header.repeat),
                 "below " + std::to_string(repeats_of(plan, header.kind)) + " " +
                     std::string(name_of(header.kind)) + " frames as in scan_start");
  if (is_shared(plan, header.kind)) {
    if (header.energy_index != 0)
      return wrong("energy", "energy_index", std::to_string(header.energy_index),
                   "0 for a shared correction");
    return std::nullopt;
  }
  if (header.energy_index >= plan.energies_ev.size())
    return wrong("energy", "energy_index", std::to_string(header.energy_index),
                 "below " + std::to_string(plan.energies_ev.size()) + ", the planned number of energies");
  const double planned = plan.energies_ev[header.energy_index];
  if (std::abs(header.energy_set_ev - planned) > energy_agreement_ev)
    return wrong("energy", "energy_set", std::to_string(header.energy_set_ev) + " eV",
                 std::to_string(planned) + " eV as planned for index " + std::to_string(header.energy_index));
  return std::nullopt;
}

/// False, and counted, if the frame cannot be taken: contradicts the plan, came before, or claims a taken
/// slot.
bool Admission::count_once(Scan& scan, const FrameHeader& header) {
  if (const auto error = mismatch(scan, header)) {
    ledger_.reject(*error);
    return false;
  }
  if (scan.seen[header.sequence]) {
    ledger_.count(&Counters::duplicate);
    return false;
  }
  if (!scan.slots.emplace(header.kind, header.energy_index, header.repeat).second) {
    ledger_.reject(frame_error(header, "slot", "repeat", std::to_string(header.repeat),
                               "a repeat of this energy that no other frame has claimed"));
    return false;
  }
  scan.seen[header.sequence] = true;
  ++scan.received;
  ledger_.count(&Counters::received);
  return true;
}

void Admission::on_frame(Frame frame, Ticket ticket, Time now, bool recorded) {
  if (!open_ || frame.header.scan_id != open_->start->scan_id) {
    const auto old = std::find_if(closed_.begin(), closed_.end(),
                                  [&](const Scan& s) { return s.start->scan_id == frame.header.scan_id; });
    if (old != closed_.end()) return admit_late_after_close(*old, std::move(frame), std::move(ticket));
    ledger_.count(&Counters::foreign);
    return;
  }
  Scan& scan = *open_;
  if (!count_once(scan, frame.header)) return;
  if (recorded)
    ledger_.count(&Counters::restored);
  else
    scan.source_seen = true;
  scan.last_activity = now;
  scan.last_received_utc_ns = frame.received_utc_ns;

  const std::uint64_t sequence = frame.header.sequence;
  if (sequence < scan.next) {
    ledger_.count(&Counters::late);
    emit_(AdmittedFrame{scan.start, std::move(frame), true, std::move(ticket), recorded});
  } else {
    scan.held.emplace(sequence,
                      Held{{scan.start, std::move(frame), false, std::move(ticket), recorded}, now});
    release_in_order(scan);
    give_up_gaps(scan, now);
  }
  ledger_.depth("reorder", scan.held.size());
  if (scan.received == scan.total) close(false);
}

void Admission::admit_late_after_close(Scan& scan, Frame frame, Ticket ticket) {
  if (!count_once(scan, frame.header)) return;
  ledger_.count(&Counters::late);
  if (scan.missing > 0) {
    --scan.missing;
    ledger_.update([](Status& status) { --status.counters.missing; });
  }
  emit_(AdmittedFrame{scan.start, std::move(frame), true, std::move(ticket)});
}

void Admission::on_scan_end(const ScanEnd& end, Time now) {
  if (!open_ || end.scan_id != open_->start->scan_id) {
    const bool known = std::any_of(closed_.begin(), closed_.end(),
                                   [&](const Scan& scan) { return scan.start->scan_id == end.scan_id; });
    if (!known) ledger_.count(&Counters::foreign);
    return;  // of a scan that closed on count already
  }
  Scan& scan = *open_;
  if (end.frames_sent > scan.seen.size()) {
    const Error error{"frames_sent", "scan_end of scan " + end.scan_id, "frames_sent",
                      std::to_string(end.frames_sent),
                      "at most " + std::to_string(scan.seen.size()) + " as planned"};
    ledger_.reject(error.cause);
    ledger_.error(error.text());
    return;
  }
  scan.end = end;
  scan.total = end.frames_sent;
  scan.last_activity = now;
  if (scan.received >= scan.total) close(false);
}

void Admission::release_in_order(Scan& scan) {
  while (!scan.held.empty() && scan.held.begin()->first == scan.next) {
    emit_(std::move(scan.held.begin()->second.frame));
    scan.held.erase(scan.held.begin());
    ++scan.next;
  }
}

void Admission::give_up_gaps(Scan& scan, Time now) {
  const auto waited_too_long = [&] {
    return std::any_of(scan.held.begin(), scan.held.end(),
                       [&](const auto& item) { return now - item.second.arrived >= config_.reorder_wait; });
  };
  while (!scan.held.empty() && (scan.held.size() > config_.reorder_frames || waited_too_long())) {
    scan.next = scan.held.begin()->first;
    release_in_order(scan);
  }
}

void Admission::on_time(Time now) {
  if (!open_) return;
  give_up_gaps(*open_, now);
  ledger_.depth("reorder", open_->held.size());
  const auto patience = open_->end ? config_.close_wait : config_.stall_wait;
  if (now - open_->last_activity >= patience) close(true);
}

std::optional<Admission::Time> Admission::deadline() const {
  if (!open_) return std::nullopt;
  Time earliest = open_->last_activity + (open_->end ? config_.close_wait : config_.stall_wait);
  for (const auto& [sequence, held] : open_->held)
    earliest = std::min(earliest, held.arrived + config_.reorder_wait);
  return earliest;
}

void Admission::abort(const std::string& reason, Time now) {
  if (!open_) return;
  const auto last = std::find(open_->seen.rbegin(), open_->seen.rend(), true);
  open_->total =
      static_cast<std::uint64_t>(open_->seen.rend() - last);  // what came later was perhaps never sent
  open_->end = ScanEnd{open_->start->scan_id, open_->total, ScanStatus::aborted, reason};
  open_->last_activity = now;
  close(false);
}

void Admission::close(bool timed_out) {
  Scan scan = std::move(*open_);
  open_.reset();
  while (!scan.held.empty()) {
    scan.next = scan.held.begin()->first;
    release_in_order(scan);
  }
  const bool silent = timed_out && scan.received < scan.total;
  ScanEnd end = scan.end.value_or(ScanEnd{scan.start->scan_id, scan.total, ScanStatus::complete, ""});
  if (silent && !scan.end) {
    end.status = ScanStatus::aborted;
    end.reason = "the source fell silent";
  }
  scan.missing = scan.total > scan.received ? scan.total - scan.received : 0;
  ledger_.count(&Counters::missing, scan.missing);
  ledger_.count(&Counters::scans_closed);
  if (silent) ledger_.count(&Counters::scans_timed_out);
  if (end.status == ScanStatus::aborted) ledger_.count(&Counters::scans_aborted);
  if (scan.missing > 0)
    ledger_.error("scan " + scan.start->scan_id + ": " + std::to_string(scan.missing) + " of " +
                  std::to_string(scan.total) + " frames never arrived");
  ledger_.depth("reorder", 0);
  emit_(ScanClosed{scan.start, end, silent, scan.received, scan.missing, scan.last_received_utc_ns});

  closed_.push_back(std::move(scan));
  if (closed_.size() > remembered_scans) closed_.pop_front();
}

}  // namespace phasecast
