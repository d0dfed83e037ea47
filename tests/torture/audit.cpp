#include "tests/torture/audit.hpp"

#include <bit>
#include <cmath>
#include <cstring>

#include "pipeline/files/recording.hpp"
#include "pipeline/graph.hpp"

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

/// All pixels of one kind, slot by slot.
std::vector<std::byte> stack_of(const hdf5::File& file, const ScanStart& start, FrameKind kind) {
  const std::uint64_t frames = recording::plan_of(start, kind).frames(start.energies_ev.size());
  std::vector<std::byte> bytes(frames * start.shape.pixels() * bytes_per_pixel(start.pixel_type));
  if (frames > 0)
    hdf5::Dataset::open(file, recording::dataset_name(kind))
        .read(hdf5::type_of(start.pixel_type), bytes.data());
  return bytes;
}

template <class T>
bool same_values(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

}  // namespace

void audit_counters(const Status& status, const Books& books, Clock clock, Findings& findings) {
  const Counters& is = status.counters;
  const Counters should_be = books.counters();
  findings.equal("received", is.received, should_be.received);
  findings.equal("recorded", is.recorded, should_be.received);
  findings.equal("duplicate", is.duplicate, should_be.duplicate);
  findings.equal("foreign", is.foreign, should_be.foreign);
  findings.equal("missing", is.missing, should_be.missing);
  findings.equal("scans_started", is.scans_started, should_be.scans_started);
  findings.equal("scans_closed", is.scans_closed, should_be.scans_closed);
  findings.equal("used + late + unpaired", is.used + is.late + is.unpaired, is.received);
  for (const auto* rejected : {&is.rejected, &should_be.rejected})
    for (const auto& [cause, count] : *rejected) {
      const auto find = [&cause = cause](const auto& all) { return all.contains(cause) ? all.at(cause) : 0; };
      if (rejected == &is.rejected || !is.rejected.contains(cause))
        findings.equal("rejected for " + cause, find(is.rejected), find(should_be.rejected));
    }
  for (const auto& [branch, depth] : status.queue_depths)
    findings.equal("what still waits in " + branch, depth, std::uint64_t{0});
  if (clock == Clock::decides) return;
  findings.equal("late", is.late, should_be.late);
  findings.equal("scans_aborted", is.scans_aborted, should_be.scans_aborted);
  findings.equal("scans_timed_out", is.scans_timed_out, should_be.scans_timed_out);
}

std::vector<Frame> audit_recording(const std::filesystem::path& path, const ExpectedScan& scan, Clock clock,
                                   Findings& findings) {
  const std::string name = path.filename().string();
  const hdf5::File file = hdf5::File::open_to_read(path);
  const ScanStart start = recording::read_scan_start(file);
  const auto rows = recording::read_rows(hdf5::Dataset::open(file, "/entry/frames"), start);
  findings.require(start.scan_id == scan.start.scan_id, name + " is of scan " + start.scan_id);
  findings.equal(name + ": frames", rows.size(), scan.rows.size());
  findings.require(recording::read_scan_end(file, start.scan_id).has_value(), name + ": has no end");

  std::map<FrameKind, std::vector<std::byte>> stacks;
  for (const FrameKind kind : recording::kinds) stacks[kind] = stack_of(file, start, kind);
  std::map<std::uint64_t, const ExpectedScan::Row*> by_sequence;
  for (const auto& row : scan.rows) by_sequence[row.frame.header.sequence] = &row;

  std::vector<Frame> for_the_map;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const FrameHeader header = recording::header_of(rows[k], start);
    const auto found = by_sequence.find(header.sequence);
    const std::string row =
        name + ": row " + std::to_string(k) + ", frame " + std::to_string(header.sequence);
    if (found == by_sequence.end()) {
      findings.add(row + " was never sent, or is there twice");
      continue;
    }
    const ExpectedScan::Row& sent = *found->second;
    by_sequence.erase(found);
    findings.require(same_header(header, sent.frame.header), row + " has another header than was sent");
    if (clock == Clock::none) {
      findings.equal(row + ": late", bool(rows[k].late), sent.late);
      findings.require(k < scan.rows.size() && scan.rows[k].frame.header.sequence == header.sequence,
                       row + " is not at its place");
    }
    const auto& pixels = sent.frame.pixels.bytes;
    const std::byte* recorded = stacks[header.kind].data() + rows[k].slot * pixels.size();
    findings.require(std::memcmp(recorded, pixels.data(), pixels.size()) == 0, row + " has other pixels");
    if (!rows[k].late) for_the_map.push_back(sent.frame);
  }
  return for_the_map;
}

std::optional<PhaseMap> offline_map(UnmixConfig unmix, const ScanStart& start,
                                    const std::vector<Frame>& frames) {
  unmix.provisional = false;
  Ledger ledger;
  std::optional<PhaseMap> result;
  Graph graph(unmix, "", std::size_t{1} << 30, 1, ledger,
              {[](Event) {}, [&](const std::shared_ptr<PhaseMap>& map) { result = *map; }});
  const auto scan = std::make_shared<const ScanStart>(start);
  graph.put(ScanOpened{scan});
  for (const Frame& frame : frames) graph.put(AdmittedFrame{scan, frame, false, nullptr});
  graph.put(ScanClosed{scan, {start.scan_id, frames.size(), ScanStatus::complete, ""}, false, 0, 0, 0});
  graph.finish();
  return result;
}

MapDifference difference(const PhaseMap& live, const PhaseMap& offline) {
  MapDifference found;
  found.same_bits = same_values(live.fraction, offline.fraction) && same_values(live.scale, offline.scale) &&
                    same_values(live.residual, offline.residual) &&
                    same_values(live.uncertainty, offline.uncertainty) &&
                    same_values(live.mask, offline.mask);
  for (std::size_t i = 0; i < std::min(live.mask.size(), offline.mask.size()); ++i)
    found.mask += live.mask[i] != offline.mask[i];
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < std::min(live.fraction.size(), offline.fraction.size()); ++i) {
    if (std::isnan(live.fraction[i]) || std::isnan(offline.fraction[i])) continue;
    sum += std::pow(double(live.fraction[i]) - offline.fraction[i], 2);
    ++count;
  }
  found.rms = count > 0 ? std::sqrt(sum / count) : 0;
  return found;
}

}  // namespace phasecast::torture
