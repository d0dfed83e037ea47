#include "tools/view/metrics.hpp"

#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <map>

#include "tools/findings.hpp"

namespace phasecast {
namespace {

constexpr double s_per_ms = 1e-3;

/// As label values are written: with backslash, quote and line feed escaped.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

/// Metrics one after the other, each with its type and meaning.
class Page {
 public:
  void metric(const char* name, const char* type, const char* meaning) {
    name_ = name;
    text_ += fmt::format("# HELP phasecast_{} {}\n# TYPE phasecast_{} {}\n", name, meaning, name, type);
  }
  void value(double number) { text_ += fmt::format("phasecast_{} {}\n", name_, number); }
  void value(const char* label, const std::string& which, double number) {
    text_ += fmt::format("phasecast_{}{{{}=\"{}\"}} {}\n", name_, label, escaped(which), number);
  }
  void values(const char* label, const std::map<std::string, std::uint64_t>& numbers) {
    for (const auto& [which, number] : numbers) value(label, which, static_cast<double>(number));
  }
  const std::string& text() const { return text_; }

 private:
  std::string name_, text_;
};

void add_counters(Page& page, const Counters& c) {
  page.metric("frames_total", "counter", "Frames by what happened to them");
  page.values("outcome", {{"received", c.received},
                          {"restored", c.restored},
                          {"recorded", c.recorded},
                          {"used", c.used},
                          {"duplicate", c.duplicate},
                          {"late", c.late},
                          {"missing", c.missing},
                          {"foreign", c.foreign},
                          {"unpaired", c.unpaired}});
  page.metric("rejected_messages_total", "counter", "Malformed messages by cause");
  page.values("cause", c.rejected);
  page.metric("refused_connections_total", "counter", "Connections not let in, by socket");
  page.values("socket", c.refused);
  page.metric("scans_total", "counter", "Scans by what happened to them");
  page.values("outcome", {{"started", c.scans_started},
                          {"closed", c.scans_closed},
                          {"aborted", c.scans_aborted},
                          {"timed_out", c.scans_timed_out}});
  page.metric("maps_total", "counter", "Maps published");
  page.values("kind", {{"provisional", c.maps_provisional}, {"final", c.maps_final}});
  page.metric("viewer_drops_total", "counter", "Publications that a viewer was too slow to take");
  page.value(static_cast<double>(c.viewer_drops));
  page.metric("repaired_pixels_total", "counter", "Pixels replaced from their neighbors");
  page.value(static_cast<double>(c.repaired_pixels));
  page.metric("unregistered_energies_total", "counter", "Energies whose drift could not be trusted");
  page.value(static_cast<double>(c.unregistered));
}

void add_latency(Page& page, const Status& status) {
  page.metric("final_map_latency_seconds", "gauge",
              "From a scan's last frame to its final map, of the last maps");
  for (const auto& [quantile, ms] :
       {std::pair{"0.5", status.latency_p50_ms}, {"0.95", status.latency_p95_ms}})
    if (std::isfinite(ms)) page.value("quantile", quantile, ms * s_per_ms);
}

void add_drift(Page& page, const Drift& newest) {
  page.metric("drift_pixels", "gauge", "Drift of the newest energy whose drift was applied");
  page.value("axis", "x", newest.x);
  page.value("axis", "y", newest.y);
  page.metric("drift_magnification", "gauge", "Magnification of that energy's image against the reference's");
  page.value(newest.magnification);
}

void add_advice(Page& page, const Advice& advice) {
  page.metric("fraction_uncertainty", "gauge",
              "Median standard deviation of a fraction: with the energies in the map, with all planned");
  for (const auto& [energies, value] :
       {std::pair{"now", advice.uncertainty}, {"planned", advice.uncertainty_planned}})
    if (std::isfinite(value)) page.value("energies", energies, value);
  page.metric("energies_enough", "gauge", "1: more energies would not help by more than asked for");
  page.value(advice.enough);
}

void add_references(Page& page, const ReferenceCheck& found, const std::vector<std::string>& states) {
  page.metric("reference_shift_ev", "gauge", "By how much a state's reference lies too low");
  for (std::size_t state = 0; state < states.size(); ++state)
    if (std::isfinite(found.shift_ev[state])) page.value("state", states[state], found.shift_ev[state]);
  page.metric("reference_shift_uncertainty_ev", "gauge", "Its standard deviation");
  for (std::size_t state = 0; state < states.size(); ++state)
    if (std::isfinite(found.shift_uncertainty_ev[state]))
      page.value("state", states[state], found.shift_uncertainty_ev[state]);
  page.metric("residual_structure", "gauge", "Mean residual spectrum over what noise alone explains");
  if (std::isfinite(found.residual_structure)) page.value(found.residual_structure);
}

void add_status(Page& page, const Status& status) {
  add_counters(page, status.counters);
  add_latency(page, status);
  page.metric("queue_depth", "gauge", "Messages waiting, by branch");
  page.values("branch", status.queue_depths);
  page.metric("frames_per_second", "gauge", "Frames received in the last second");
  page.value(status.frames_per_second);
  page.metric("recorder_lag_frames", "gauge", "Frames received but not yet recorded");
  page.value(static_cast<double>(status.recorder_lag_frames));
  page.metric("scan_energies", "gauge", "Energies of the newest scan");
  page.values("which", {{"planned", status.energies_planned}, {"received", status.energies_received}});
  page.metric("errors", "gauge", "Errors that the pipeline keeps showing");
  page.value(static_cast<double>(status.errors.size()));
  if (const Drift* newest = newest_trusted(status.drift)) add_drift(page, *newest);
  if (status.advice) add_advice(page, *status.advice);
}

}  // namespace

void Metrics::take(const Status& status) {
  std::lock_guard lock(mutex_);
  status_ = status;
}

void Metrics::take(const PhaseMap& map) {
  std::lock_guard lock(mutex_);
  states_ = map.states;
  reference_check_ = map.reference_check;
}

void Metrics::set_link(bool up) {
  std::lock_guard lock(mutex_);
  up_ = up;
}

std::string Metrics::text() const {
  std::lock_guard lock(mutex_);
  Page page;
  page.metric("up", "gauge", "1: the pipeline is there and talks");
  page.value(up_);
  if (status_) add_status(page, *status_);
  if (reference_check_) add_references(page, *reference_check_, states_);
  return page.text();
}

}  // namespace phasecast
