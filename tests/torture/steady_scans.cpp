#include "tests/torture/steady_scans.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace phasecast::torture {
namespace {

ScanStart plan(int side) {
  ScanStart start;
  start.source = "torture";
  start.series_id = "steady";
  for (int k = 0; k < 10; ++k) start.energies_ev.push_back(8200 + 11.0 * k);
  for (int k = 0; k < 20; ++k) start.energies_ev.push_back(8330 + 2.0 * k);
  start.shape = {side, side};
  start.darks = start.flats = {CorrectionUse::shared, 1};
  return start;
}

}  // namespace

SteadyScans::SteadyScans(int side) {
  Random random{1};
  do unmix_ = random_unmix(random);
  while (unmix_.references.size() != 2);
  // Only the pixels of a random scan, in its natural order.
  scan_ = repeated_scan(random, unmix_, plan(side), "steady", 0);
  std::sort(scan_.frames.begin(), scan_.frames.end(), [](const Frame& a, const Frame& b) {
    return std::tuple(a.header.energy_index, a.header.repeat, a.header.kind) <
           std::tuple(b.header.energy_index, b.header.repeat, b.header.kind);
  });
  for (std::size_t k = 0; k < scan_.frames.size(); ++k) {
    scan_.frames[k].header.sequence = k;
    scan_.frames[k].header.energy_readback_ev = std::nan("");
  }
}

std::vector<Parts> SteadyScans::next() {
  scan_.start.scan_index = static_cast<std::uint32_t>(sent_);
  scan_.start.scan_id = "scan" + std::to_string(sent_++);
  std::vector<Parts> messages{encode(scan_.start)};
  for (Frame& frame : scan_.frames) {
    frame.header.scan_id = scan_.start.scan_id;
    messages.push_back(encode(frame));
  }
  messages.push_back(encode(scan_.end()));
  return messages;
}

}  // namespace phasecast::torture
