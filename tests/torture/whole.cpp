#include "tests/torture/whole.hpp"

#include <cstdio>

#include "tests/torture/map_audit.hpp"

namespace phasecast::torture {

void require_whole(RunProcess& run, const SteadyScans& scans, Findings& findings) {
  auto summary = run.stop();
  const std::uint64_t frames = scans.sent() * scans.frames_per_scan();
  for (const char* name : {"received", "recorded", "used"})
    findings.require(summary[name] == std::to_string(frames), std::string(name) + " is " + summary[name]);
  findings.require(summary["missing"] == "0" && summary["late"] == "0", "frames are missing or late");
  const Leftovers left = read_leftovers(run.files());
  std::uint64_t rows = 0;
  for (const auto& scan : left.scans) rows += scan.rows.size();
  findings.equal("frames in the recordings, bit for bit", rows, frames);
  UnmixConfig unmix;
  unmix.references = scans.unmix().references;
  unmix.normalize.pre_edge = {8190, 8320};
  unmix.deterministic = true;
  const MapReport maps = audit_maps(unmix, left, findings);
  std::printf("lost %ld\nfinal_maps %lu\nfinal_maps_same_bits %lu\n",
              static_cast<long>(frames) - static_cast<long>(rows), maps.maps, maps.same_bits);
  findings.equal("final maps", maps.maps, scans.sent());
}

}  // namespace phasecast::torture
