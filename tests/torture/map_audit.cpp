#include "tests/torture/map_audit.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "pipeline/graph.hpp"

namespace phasecast::torture {
namespace {

/// Energies that wait are summed together when they are not in lockstep: the sums, and so the maps, may
/// differ by rounding, and by a pass of the solver, which stops at this distance to its limit.
constexpr double map_tolerance = 2e-3;

template <class T>
bool same_values(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

double rms_of_fractions(const PhaseMap& a, const PhaseMap& b) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < std::min(a.fraction.size(), b.fraction.size()); ++i) {
    if (std::isnan(a.fraction[i]) || std::isnan(b.fraction[i])) continue;
    sum += std::pow(double(a.fraction[i]) - b.fraction[i], 2);
    ++count;
  }
  return count > 0 ? std::sqrt(sum / count) : 0;
}

std::size_t masked_in_one(const PhaseMap& a, const PhaseMap& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < std::min(a.mask.size(), b.mask.size()); ++i) count += a.mask[i] != b.mask[i];
  return count;
}

}  // namespace

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

bool same_bits(const PhaseMap& a, const PhaseMap& b) {
  return same_values(a.fraction, b.fraction) && same_values(a.scale, b.scale) &&
         same_values(a.residual, b.residual) && same_values(a.uncertainty, b.uncertainty) &&
         same_values(a.mask, b.mask);
}

MapReport& MapReport::operator+=(const MapReport& other) {
  maps += other.maps;
  same_bits += other.same_bits;
  largest_rms = std::max(largest_rms, other.largest_rms);
  return *this;
}

MapReport audit_maps(const UnmixConfig& unmix, const Leftovers& left, Findings& findings) {
  MapReport report;
  for (const RecordedScan& scan : left.scans) {
    const auto offline = offline_map(unmix, scan.start, scan.in_time());
    if (!offline) continue;
    const std::string name = "the final map of " + scan.start.scan_id;
    if (report.maps == left.maps.size() || left.maps[report.maps].scan_id != scan.start.scan_id) {
      findings.add(name + " is not in the map files");
      continue;
    }
    const PhaseMap& live = left.maps[report.maps++];
    const bool same = same_bits(live, *offline);
    const double rms = rms_of_fractions(live, *offline);
    const std::size_t masked = masked_in_one(live, *offline);
    report.same_bits += same;
    report.largest_rms = std::max(report.largest_rms, rms);
    const bool good = unmix.deterministic ? same : rms < map_tolerance && masked <= 1;
    findings.require(good && live.energies_used == offline->energies_used,
                     name + " is not the offline one: RMS " + std::to_string(rms) +
                         ", pixels masked in one only: " + std::to_string(masked));
  }
  findings.equal("final maps", left.maps.size(), std::size_t{report.maps});
  return report;
}

}  // namespace phasecast::torture
