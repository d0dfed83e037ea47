#include "tools/watch/lines.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "messages/latency.hpp"
#include "tools/findings.hpp"

namespace phasecast {

std::string printable(std::string_view text) {
  std::string safe;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool c1_control =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c1_control) ++i;  // two bytes in UTF-8; some terminals obey them
    safe += c1_control || byte < ' ' || byte == 0x7F ? '?' : byte == '"' ? '\'' : text[i];
  }
  return safe;
}

std::string_view name_of(PipelineState state) {
  switch (state) {
    case PipelineState::waiting:
      return "waiting";
    case PipelineState::scanning:
      return "scanning";
    case PipelineState::solving:
      return "solving";
    case PipelineState::stopping:
      return "stopping";
  }
  return "unknown";
}

std::size_t energies_missing(const PhaseMap& map) {
  const std::size_t known = map.energies_used.size() + map.energies_carried.size();
  return map.energies_ev.size() - std::min(known, map.energies_ev.size());
}

namespace {

const char* yes_or_no(bool value) {
  return value ? "yes" : "no";
}

/// "1.5,0.02": one word.
std::string list_of(const std::vector<double>& values) {
  return fmt::format("{:.4g}", fmt::join(values, ","));
}

std::string references_words(const ReferenceCheck& found) {
  return fmt::format(
      " shift_ev {} shift_uncertainty_ev {} shift_applied {} residual_structure {:.4g} structured {}",
      list_of(found.shift_ev), list_of(found.shift_uncertainty_ev), yes_or_no(found.shift_applied),
      found.residual_structure, yes_or_no(found.structured));
}

std::string findings_words(const Status& status) {
  std::string line;
  if (const Drift* newest = newest_trusted(status.drift))
    line += fmt::format(" drift_x {:.2f} drift_y {:.2f}", newest->x, newest->y);
  if (!status.drift.empty()) line += fmt::format(" drift_flagged {}", flagged(status.drift));
  if (status.advice)
    line += fmt::format(" uncertainty {:.4g} uncertainty_planned {:.4g} next_ev {:.2f} enough {}",
                        status.advice->uncertainty, status.advice->uncertainty_planned,
                        status.advice->next_energy_ev, yes_or_no(status.advice->enough));
  return line;
}

}  // namespace

std::string map_line(const PhaseMap& map) {
  const auto valid = static_cast<std::uint8_t>(PixelMask::valid);
  const auto masked =
      std::count_if(map.mask.begin(), map.mask.end(), [](std::uint8_t m) { return m != valid; });
  std::string line = fmt::format(
      "map {} scan {} {} energies {}/{} carried {} missing {} iterations {} distance {:.4g} converged {} "
      "noise {:.4g} "
      "masked {}/{} latency_ms {:.1f} method {} scan_id {}",
      map.map_number, map.scan_index, map.final ? "final" : "provisional", map.energies_used.size(),
      map.energies_ev.size(), map.energies_carried.size(), energies_missing(map), map.iterations,
      map.map_distance, yes_or_no(map.converged), map.noise_sigma, masked, map.mask.size(), latency_ms(map),
      printable(map.method), printable(map.scan_id));
  if (map.reference_check) line += references_words(*map.reference_check);
  if (map.final) line += fmt::format(" ended {}", name_of(map.scan_status));
  return line;
}

std::string status_line(const Status& status) {
  const Counters& c = status.counters;
  std::string line = fmt::format(
      "status {} scan {} energies {}/{} received {} recorded {} used {} duplicate {} late {} missing {} "
      "foreign {} "
      "unpaired {} unregistered {}",
      name_of(status.state), status.scan_index, status.energies_received, status.energies_planned, c.received,
      c.recorded, c.used, c.duplicate, c.late, c.missing, c.foreign, c.unpaired, c.unregistered);
  for (const auto& [cause, count] : c.rejected)
    line += fmt::format(" rejected.{} {}", printable(cause), count);
  for (const auto& [socket, count] : c.refused)
    line += fmt::format(" refused.{} {}", printable(socket), count);
  for (const auto& [branch, depth] : status.queue_depths)
    line += fmt::format(" queue.{} {}", printable(branch), depth);
  line += fmt::format(
      " scans_started {} scans_closed {} scans_aborted {} scans_timed_out {} repaired_pixels {} "
      "maps_provisional {} "
      "maps_final {} viewer_drops {} recorder_lag {} fps {:.1f} latency_p50_ms {:.1f} latency_p95_ms {:.1f}",
      c.scans_started, c.scans_closed, c.scans_aborted, c.scans_timed_out, c.repaired_pixels,
      c.maps_provisional, c.maps_final, c.viewer_drops, status.recorder_lag_frames, status.frames_per_second,
      status.latency_p50_ms, status.latency_p95_ms);
  line += findings_words(status);
  for (const std::string& error : status.errors) line += fmt::format(" error \"{}\"", printable(error));
  if (!status.note.empty()) line += fmt::format(" note \"{}\"", printable(status.note));
  return line;
}

namespace {

bool was_enough(const Status& status) {
  return status.advice && status.advice->enough;
}

}  // namespace

bool tells_news(const Status& before, const Status& now) {
  const Counters &a = before.counters, &b = now.counters;
  return before.state != now.state || before.scan_id != now.scan_id || before.errors != now.errors ||
         before.note != now.note || a.rejected != b.rejected || a.refused != b.refused ||
         a.duplicate != b.duplicate || a.late != b.late || a.missing != b.missing || a.foreign != b.foreign ||
         a.unpaired != b.unpaired || a.unregistered != b.unregistered ||
         was_enough(before) != was_enough(now) || a.viewer_drops != b.viewer_drops ||
         a.scans_closed != b.scans_closed;
}

}  // namespace phasecast
