#include <catch2/catch.hpp>

#include "pipeline/zmq_parts.hpp"
#include "tests/scenarios/live.hpp"

using namespace phasecast;
using namespace phasecast::test;

// Not tagged [concurrency]: a map per energy in lockstep takes minutes under ThreadSanitizer.
SCENARIO("a subscriber stops reading") {
  GIVEN("a pipeline that publishes a map per energy, a viewer that reads and one that never does") {
    TemporaryFolder folder;
    constexpr int scans = 12;
    SmallSeries series(folder, scans);
    auto options = series.unmix_options;
    options.insert(options.begin(), {"--map-every", "1", "--deterministic"});
    LivePipeline pipeline(folder, options);
    zmq::context_t context, stalled_context;
    Viewer viewer(context, pipeline.endpoint("maps"));
    zmq::socket_t stalled(stalled_context, zmq::socket_type::sub);
    stalled.set(zmq::sockopt::rcvhwm, 1);
    stalled.set(zmq::sockopt::rcvbuf, 4096);
    stalled.set(zmq::sockopt::linger, 0);
    stalled.set(zmq::sockopt::subscribe, "");
    stalled.connect(pipeline.endpoint("maps"));
    viewer.wait_for_greeting();
    WHEN("a long series is measured") {
      FrameSender detector(context, pipeline.endpoint("frames"));
      for (int k = 0; k < scans; ++k) {
        SimulatedScan scan = series.scan(k);
        detector.send(scan.start());
        for (std::uint64_t f = 0; f < scan.frame_count(); ++f) detector.send(*scan.frame(f));
        detector.send(scan.end());
        viewer.wait_for_final(scan.start().scan_id);
      }
      THEN("nothing is lost, and what the stalled viewer missed is counted") {
        auto counts = pipeline.stop();
        CHECK(counts["missing"] == "0");
        CHECK(counts["maps_final"] == std::to_string(scans));
        CHECK(counts["recorded"] == counts["received"]);
        CHECK(std::stoull(counts["viewer_drops"]) > 0);
      }
    }
  }
}

SCENARIO("a subscriber joins in the middle of a scan", "[concurrency]") {
  GIVEN("a pipeline that has published maps of a scan still running") {
    TemporaryFolder folder;
    SmallSeries series(folder);
    auto options = series.unmix_options;
    options.insert(options.begin(), {"--map-every", "5"});
    LivePipeline pipeline(folder, options);
    zmq::context_t context;
    Viewer early(context, pipeline.endpoint("maps"));
    early.wait_for_greeting();
    FrameSender detector(context, pipeline.endpoint("frames"));
    SimulatedScan scan = series.scan(0);
    detector.send(scan.start());
    for (std::uint64_t k = 0; k < 24; ++k) detector.send(*scan.frame(k));
    early.wait_for([](const Message& message) { return std::holds_alternative<PhaseMap>(message); });
    WHEN("a viewer subscribes") {
      Viewer late(context, pipeline.endpoint("maps"));
      THEN("it is sent the scan's start, the newest map and the status at once, and then the final map") {
        late.wait_for_scan_start(scan.start().scan_id);
        const auto map = std::get<PhaseMap>(
            late.wait_for([](const Message& message) { return std::holds_alternative<PhaseMap>(message); }));
        CHECK_FALSE(map.final);
        CHECK(map.scan_id == scan.start().scan_id);
        for (std::uint64_t k = 24; k < scan.frame_count(); ++k) detector.send(*scan.frame(k));
        CHECK(late.wait_for_final(scan.start().scan_id).energies_used.size() ==
              scan.start().energies_ev.size());
        CHECK(pipeline.stop()["viewer_drops"] == "0");
      }
    }
  }
}

SCENARIO("a control client asks for status, scan, map, and the end of the scan", "[concurrency]") {
  GIVEN("a pipeline in the middle of a scan") {
    TemporaryFolder folder;
    SmallSeries series(folder);
    LivePipeline pipeline(folder, series.unmix_options);
    zmq::context_t context;
    Viewer viewer(context, pipeline.endpoint("maps"));
    viewer.wait_for_greeting();
    const auto control = pipeline.endpoint("control");
    CHECK_FALSE(ask(context, control, {ControlCommand::get_scan_start}).first.ok);

    FrameSender detector(context, pipeline.endpoint("frames"));
    SimulatedScan scan = series.scan(0);
    detector.send(scan.start());
    for (std::uint64_t k = 0; k < 26; ++k) detector.send(*scan.frame(k));
    viewer.wait_for([](const Message& message) {
      const auto* status = std::get_if<Status>(&message);
      return status && status->counters.received == 26;
    });
    WHEN("it asks for a spectrum and the references") {
      for (std::uint64_t k = 26; k < scan.frame_count(); ++k) detector.send(*scan.frame(k));
      viewer.wait_for_final(scan.start().scan_id);
      const auto [reply, spectrum] =
          ask(context, control, {ControlCommand::get_region_spectrum, Region{20, 20, 8, 8}});
      const auto [references_reply, references] = ask(context, control, {ControlCommand::get_references});
      THEN("it has them for all energies, and a region outside is refused in words") {
        REQUIRE(reply.ok);
        const auto& found = std::get<RegionSpectrum>(*spectrum);
        CHECK(found.scan_id == scan.start().scan_id);
        CHECK(found.energy_indices.size() == scan.start().energies_ev.size());
        REQUIRE(found.of_map);
        for (std::size_t e = 0; e < found.absorbance.size(); ++e)
          CHECK(found.of_map->fit[e] == Approx(found.absorbance[e]).margin(0.1));
        REQUIRE(references_reply.ok);
        CHECK(std::get<References>(*references).energies_ev == scan.start().energies_ev);
        const auto refused =
            ask(context, control, {ControlCommand::get_region_spectrum, Region{60, 0, 5, 1}}).first;
        CHECK_FALSE(refused.ok);
        CHECK(refused.text.find("64 columns") != std::string::npos);
        CHECK(ask(context, control, {ControlCommand::stop}).first.ok);
        CHECK(pipeline.process().wait() == 0);
      }
    }
    WHEN("it asks to abort") {
      const auto [status_reply, status] = ask(context, control, {ControlCommand::get_status});
      REQUIRE(status_reply.ok);
      CHECK(std::get<Status>(*status).counters.received == 26);
      const auto [start_reply, start] = ask(context, control, {ControlCommand::get_scan_start});
      REQUIRE(start_reply.ok);
      CHECK(std::get<ScanStart>(*start).scan_id == scan.start().scan_id);
      CHECK(ask(context, control, {ControlCommand::abort_scan}).first.ok);
      THEN("what was received becomes the final map, and stop ends the pipeline well") {
        const PhaseMap map = viewer.wait_for_final(scan.start().scan_id);
        CHECK(map.scan_status == ScanStatus::aborted);
        CHECK(ask(context, control, {ControlCommand::stop}).first.ok);
        CHECK(pipeline.process().wait() == 0);
      }
    }
  }
}

SCENARIO("the pipeline is stopped in the middle of a scan", "[concurrency]") {
  GIVEN("a pipeline that has received part of a scan") {
    TemporaryFolder folder;
    SmallSeries series(folder);
    LivePipeline pipeline(folder, series.unmix_options);
    zmq::context_t context;
    Viewer viewer(context, pipeline.endpoint("maps"));
    viewer.wait_for_greeting();
    FrameSender detector(context, pipeline.endpoint("frames"));
    SimulatedScan scan = series.scan(0);
    detector.send(scan.start());
    for (std::uint64_t k = 0; k < 26; ++k) detector.send(*scan.frame(k));
    viewer.wait_for([](const Message& message) {
      const auto* status = std::get_if<Status>(&message);
      return status && status->counters.received == 26;
    });
    WHEN("it is interrupted") {
      auto counts = pipeline.stop();
      THEN("what was received is on disk and in a final map") {
        CHECK(counts["received"] == "26");
        CHECK(counts["recorded"] == "26");
        CHECK(counts["maps_final"] == "1");
        CHECK(counts["scans_aborted"] == "1");
      }
    }
  }
}
