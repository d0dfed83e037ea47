#include <catch2/catch.hpp>
#include <sstream>

#include "tools/view/metrics.hpp"

using namespace phasecast;
using Catch::Matchers::Contains;

TEST_CASE("metrics tell every counter, and whether the pipeline is there") {
  Metrics metrics;
  CHECK_THAT(metrics.text(), Contains("phasecast_up 0\n"));
  Status status;
  status.counters.received = 244;
  status.counters.recorded = 243;
  status.counters.missing = 1;
  status.counters.rejected = {{"crc", 2}};
  status.counters.refused = {{"maps", 3}};
  status.queue_depths = {{"record", 7}};
  status.latency_p50_ms = 21;
  status.latency_p95_ms = 35;
  status.errors = {"disk full"};
  metrics.take(status);
  metrics.set_link(true);
  const std::string text = metrics.text();
  for (const char* line :
       {"phasecast_up 1", "phasecast_frames_total{outcome=\"received\"} 244",
        "phasecast_frames_total{outcome=\"recorded\"} 243", "phasecast_frames_total{outcome=\"missing\"} 1",
        "phasecast_rejected_messages_total{cause=\"crc\"} 2",
        "phasecast_refused_connections_total{socket=\"maps\"} 3",
        "phasecast_queue_depth{branch=\"record\"} 7",
        "phasecast_final_map_latency_seconds{quantile=\"0.95\"} 0.035", "phasecast_errors 1"})
    CHECK_THAT(text, Contains(std::string("\n") + line + "\n"));
  metrics.set_link(false);
  CHECK_THAT(metrics.text(), Contains("phasecast_up 0\n") && Contains("received\"} 244"));
}

TEST_CASE("each metric has its type and meaning before its values, and labels cannot break a line") {
  Metrics metrics;
  Status status;
  status.counters.rejected = {{"a\"b\\c\nd", 1}};
  status.latency_p50_ms = status.latency_p95_ms = std::numeric_limits<double>::quiet_NaN();
  metrics.take(status);
  std::istringstream lines(metrics.text());
  std::string typed;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) typed = line.substr(7, line.find(' ', 7) - 7);
    if (!line.starts_with('#')) CHECK(line.substr(0, line.find_first_of("{ ")) == typed);
  }
  CHECK_THAT(metrics.text(), Contains("{cause=\"a\\\"b\\\\c\\nd\"} 1\n"));
  CHECK_THAT(metrics.text(), !Contains("nan"));
}

TEST_CASE("metrics tell the newest drift that was applied, the advice, and shifts of the references") {
  Metrics metrics;
  Status status;
  metrics.take(status);
  for (const char* absent : {"drift_", "uncertainty", "enough", "reference", "structure"})
    CHECK_THAT(metrics.text(), !Contains(absent));

  status.counters.unregistered = 2;
  status.drift = {{0, 1.25, -0.5, 1.002, 0.9, true}, {1, 9, 9, 1, 0.1, false}};
  status.advice = Advice{0.031, std::numeric_limits<double>::quiet_NaN(), 8351, 0.03, true};
  metrics.take(status);
  PhaseMap map;
  map.states = {"NiO", "LiNiO2"};
  map.reference_check = ReferenceCheck{{1.5, 0.25}, {0.1, 0.2}, false, 4.5, {}, {}, true, {}};
  metrics.take(map);
  const std::string text = metrics.text();
  for (const char* line :
       {"phasecast_unregistered_energies_total 2", "phasecast_drift_pixels{axis=\"x\"} 1.25",
        "phasecast_drift_pixels{axis=\"y\"} -0.5", "phasecast_drift_magnification 1.002",
        "phasecast_fraction_uncertainty{energies=\"now\"} 0.031", "phasecast_energies_enough 1",
        "phasecast_reference_shift_ev{state=\"NiO\"} 1.5",
        "phasecast_reference_shift_ev{state=\"LiNiO2\"} 0.25",
        "phasecast_reference_shift_uncertainty_ev{state=\"LiNiO2\"} 0.2", "phasecast_residual_structure 4.5"})
    CHECK_THAT(text, Contains(std::string("\n") + line + "\n"));
  CHECK_THAT(text, !Contains("energies=\"planned\""));

  map.reference_check->shift_ev[0] = std::numeric_limits<double>::quiet_NaN();
  map.reference_check->shift_uncertainty_ev[0] = std::numeric_limits<double>::infinity();
  metrics.take(map);
  CHECK_THAT(metrics.text(), !Contains("NiO\"} nan") && !Contains("NiO\"} inf") &&
                                 Contains("shift_ev{state=\"LiNiO2\"} 0.25"));

  map.reference_check.reset();
  metrics.take(map);
  CHECK_THAT(metrics.text(), !Contains("reference_shift"));
}
