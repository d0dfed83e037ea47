#include "tests/torture/audit.hpp"

#include <bit>
#include <cmath>
#include <cstring>

namespace phasecast::torture {
namespace {

bool same_number(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

bool same_header(const FrameHeader& a, const FrameHeader& b) {
  return a.scan_id == b.scan_id && a.sequence == b.sequence && a.kind == b.kind &&
         a.energy_index == b.energy_index && same_number(a.energy_set_ev, b.energy_set_ev) &&
         same_number(a.energy_readback_ev, b.energy_readback_ev) && a.repeat == b.repeat &&
         a.crc32c == b.crc32c && same_number(a.exposure_s, b.exposure_s) &&
         a.start_utc_ns == b.start_utc_ns && same_number(a.i0, b.i0);
}

bool same_pixels(const Frame& a, const Frame& b) {
  const auto x = a.pixels.bytes, y = b.pixels.bytes;
  return x.size() == y.size() && std::memcmp(x.data(), y.data(), x.size()) == 0;
}

using Causes = std::map<std::string, std::uint64_t>;
void audit_rejections(const Causes& is, const Causes& should_be, Findings& findings) {
  Causes all = is;
  all.insert(should_be.begin(), should_be.end());
  const auto in = [](const Causes& causes, const std::string& cause) {
    const auto found = causes.find(cause);
    return found == causes.end() ? 0 : found->second;
  };
  for (const auto& [cause, count] : all)
    findings.equal("rejected for " + cause, in(is, cause), in(should_be, cause));
}

}  // namespace

void audit_balance(const Status& status, Findings& findings) {
  const Counters& is = status.counters;
  findings.equal("recorded", is.recorded, is.received);
  findings.equal("used + late + unpaired", is.used + is.late + is.unpaired, is.received);
  findings.equal("scans_closed", is.scans_closed, is.scans_started);
  for (const auto& [branch, depth] : status.queue_depths)
    findings.equal("what still waits in " + branch, depth, std::uint64_t{0});
}

void audit_counters(const Status& status, const Books& books, Clock clock, Findings& findings) {
  const Counters& is = status.counters;
  const Counters should_be = books.counters();
  findings.equal("received", is.received, should_be.received);
  findings.equal("duplicate", is.duplicate, should_be.duplicate);
  findings.equal("foreign", is.foreign, should_be.foreign);
  findings.equal("missing", is.missing, should_be.missing);
  findings.equal("scans_started", is.scans_started, should_be.scans_started);
  audit_rejections(is.rejected, should_be.rejected, findings);
  if (clock == Clock::decides) return;
  findings.equal("late", is.late, should_be.late);
  findings.equal("scans_aborted", is.scans_aborted, should_be.scans_aborted);
  findings.equal("scans_timed_out", is.scans_timed_out, should_be.scans_timed_out);
}

void audit_recording(const RecordedScan& recorded, const ExpectedScan& scan, Clock clock,
                     Findings& findings) {
  const std::string name = "recording of " + scan.start.scan_id;
  findings.require(recorded.start.scan_id == scan.start.scan_id, name + " is of " + recorded.start.scan_id);
  findings.equal(name + ": frames", recorded.rows.size(), scan.rows.size());
  findings.require(recorded.finished, name + " has no end");
  std::map<std::uint64_t, const ExpectedScan::Row*> by_sequence;
  for (const auto& row : scan.rows) by_sequence[row.frame.header.sequence] = &row;
  for (std::size_t k = 0; k < recorded.rows.size(); ++k) {
    const auto& [frame, late] = recorded.rows[k];
    const std::string row = name + ": row " + std::to_string(k);
    const auto found = by_sequence.find(frame.header.sequence);
    if (found == by_sequence.end()) {
      findings.add(row + " was never sent, or is there twice");
      continue;
    }
    const ExpectedScan::Row& sent = *found->second;
    by_sequence.erase(found);
    findings.require(same_header(frame.header, sent.frame.header), row + " has another header than was sent");
    findings.require(same_pixels(frame, sent.frame), row + " has other pixels than were sent");
    if (clock == Clock::decides) continue;
    findings.equal(row + ": late", late, sent.late);
    findings.require(k < scan.rows.size() && &scan.rows[k] == &sent, row + " is not at its place");
  }
}

}  // namespace phasecast::torture
