#include "tests/torture/books.hpp"

#include <algorithm>
#include <cmath>

namespace phasecast::torture {
namespace {

constexpr std::size_t remembered_scans = 8;

const CorrectionPlan* plan_of(const ScanStart& scan, FrameKind kind) {
  if (kind == FrameKind::sample) return nullptr;
  return kind == FrameKind::dark ? &scan.darks : &scan.flats;
}

ExpectedScan* find(const std::deque<ExpectedScan*>& scans, const std::string& id) {
  const auto found =
      std::find_if(scans.begin(), scans.end(), [&](const auto* scan) { return scan->start.scan_id == id; });
  return found == scans.end() ? nullptr : *found;
}

const std::string* scan_id_of(const Message& message) {
  if (const auto* start = std::get_if<ScanStart>(&message)) return &start->scan_id;
  if (const auto* frame = std::get_if<Frame>(&message)) return &frame->header.scan_id;
  if (const auto* end = std::get_if<ScanEnd>(&message)) return &end->scan_id;
  return nullptr;
}

}  // namespace

Books::Effect Books::take(const Parts& parts) {
  const auto message = decode(parts);
  if (!message) {
    ++counters_.rejected[message.error().cause];
    return {};
  }
  if (const auto* start = std::get_if<ScanStart>(&*message)) return take(*start);
  if (const auto* frame = std::get_if<Frame>(&*message)) return take(*frame);
  if (const auto* end = std::get_if<ScanEnd>(&*message)) return take(*end);
  ++counters_.rejected["topic"];
  return {};
}

Books::Effect Books::take(const ScanStart& start) {
  if (is_open(start.scan_id)) return {};
  if (find(remembered_, start.scan_id)) {
    ++counters_.rejected["scan_id"];
    return {};
  }
  if (open_ && !open_->ended && open_->start.series_id != start.series_id) {
    ++counters_.rejected["scan_open"];
    return {};
  }
  Effect effect;
  if (open_) effect.closed = close(true);
  scans_.push_back(std::make_unique<ExpectedScan>());
  open_ = scans_.back().get();
  open_->start = start;
  open_->total = start.planned_frames();
  ++counters_.scans_started;
  effect.opened = start.scan_id;
  return effect;
}

/// The cause of rejection, if the frame is not as the scan's start announced.
std::optional<std::string> Books::contradiction(const ExpectedScan& scan, const FrameHeader& header) const {
  const ScanStart& start = scan.start;
  const CorrectionPlan* correction = plan_of(start, header.kind);
  const bool none = correction && correction->use == CorrectionUse::none;
  const bool shared = correction && correction->use == CorrectionUse::shared;
  const std::uint32_t repeats = none ? 0 : correction ? correction->repeats : start.sample_repeats;
  if (header.sequence >= start.planned_frames()) return "sequence";
  if (header.shape != start.shape) return "shape";
  if (header.pixel_type != start.pixel_type) return "pixel_type";
  if (header.repeat >= repeats) return "repeats";
  if (header.energy_index >= (shared ? 1 : start.energies_ev.size())) return "energy";
  if (shared) return std::nullopt;
  if (std::abs(header.energy_set_ev - start.energies_ev[header.energy_index]) > 0.01) return "energy";
  return std::nullopt;
}

bool Books::count_once(ExpectedScan& scan, const FrameHeader& header) {
  if (const auto cause = contradiction(scan, header)) {
    ++counters_.rejected[*cause];
    return false;
  }
  if (scan.sequences.contains(header.sequence)) {
    ++counters_.duplicate;
    return false;
  }
  if (!scan.slots.emplace(header.kind, header.energy_index, header.repeat).second) {
    ++counters_.rejected["slot"];
    return false;
  }
  scan.sequences.insert(header.sequence);
  ++counters_.received;
  return true;
}

Books::Effect Books::take(const Frame& frame) {
  const FrameHeader& header = frame.header;
  if (!is_open(header.scan_id)) {
    ExpectedScan* closed = find(remembered_, header.scan_id);
    if (!closed)
      ++counters_.foreign;
    else if (count_once(*closed, header))
      closed->rows.push_back({frame, true});
    return {};
  }
  if (!count_once(*open_, header)) return {};
  if (header.sequence < open_->next)
    open_->rows.push_back({frame, true});
  else
    open_->held.emplace(header.sequence, frame);
  release(*open_, reorder_frames_);
  Effect effect;
  if (open_->sequences.size() == open_->total) effect.closed = close(false);
  return effect;
}

/// In order of sequence; a gap is given up while more than `most_held` wait behind it.
void Books::release(ExpectedScan& scan, std::size_t most_held) {
  while (!scan.held.empty() && (scan.held.begin()->first == scan.next || scan.held.size() > most_held)) {
    const auto first = scan.held.begin();
    scan.rows.push_back({first->second, false});
    scan.next = first->first + 1;
    scan.held.erase(first);
  }
}

Books::Effect Books::take(const ScanEnd& end) {
  if (!is_open(end.scan_id)) {
    if (!find(remembered_, end.scan_id)) ++counters_.foreign;
    return {};
  }
  if (end.frames_sent > open_->start.planned_frames()) {
    ++counters_.rejected["frames_sent"];
    return {};
  }
  open_->ended = true;
  open_->total = end.frames_sent;
  open_->status = end.status;
  Effect effect;
  if (open_->sequences.size() >= open_->total) effect.closed = close(false);
  return effect;
}

bool Books::at_end_of_memory(const Parts& parts) const {
  if (!open_ || remembered_.size() < remembered_scans) return false;
  const auto message = decode(parts);
  if (!message) return false;
  const std::string* scan_id = scan_id_of(*message);
  return scan_id && *scan_id == remembered_.front()->start.scan_id;
}

void Books::close_by_time() {
  if (open_) close(true);
}

std::optional<std::string> Books::close(bool silent) {
  ExpectedScan& scan = *open_;
  open_ = nullptr;
  release(scan, 0);
  const bool timed_out = silent && scan.sequences.size() < scan.total;
  if (timed_out && !scan.ended) scan.status = ScanStatus::aborted;
  ++counters_.scans_closed;
  if (timed_out) ++counters_.scans_timed_out;
  if (scan.status == ScanStatus::aborted) ++counters_.scans_aborted;
  remembered_.push_back(&scan);
  if (remembered_.size() > remembered_scans) remembered_.pop_front();
  return scan.start.scan_id;
}

Counters Books::counters() const {
  Counters counters = counters_;
  for (const auto& scan : scans_) {
    counters.missing += scan->missing();
    for (const auto& row : scan->rows) counters.late += row.late;
  }
  return counters;
}

}  // namespace phasecast::torture
