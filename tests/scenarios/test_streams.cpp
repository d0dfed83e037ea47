#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <random>

#include "tests/scenarios/live.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

constexpr double map_agreement = 1e-3;  // RMS in fraction; both maps are within 3e-4 of the limit

/// One pipeline, one small series, one viewer.
struct Stage {
  TemporaryFolder folder;
  SmallSeries series{folder, 2};
  SimulatedScan scan = series.scan(0);
  SimulatedScan next = series.scan(1);
  LivePipeline pipeline;
  zmq::context_t context;
  Viewer viewer{context, pipeline.endpoint("maps")};
  FrameSender detector{context, pipeline.endpoint("frames")};

  explicit Stage(std::vector<std::string> extra = {}) : pipeline(folder, with_references(std::move(extra))) {
    viewer.wait_for_greeting();
  }
  std::vector<std::string> with_references(std::vector<std::string> extra) const {
    extra.insert(extra.end(), series.unmix_options.begin(), series.unmix_options.end());
    return extra;
  }
  Frame frame(std::uint64_t sequence) { return *scan.frame(sequence); }
  std::vector<std::uint64_t> all() const {
    std::vector<std::uint64_t> sequences(scan.frame_count());
    std::iota(sequences.begin(), sequences.end(), 0u);
    return sequences;
  }
  void send(const std::vector<std::uint64_t>& sequences) {
    for (const auto sequence : sequences) detector.send(frame(sequence));
  }
  /// Everything sent so far has been looked at when the next scan's start comes back.
  void settle() {
    detector.send(next.start());
    viewer.wait_for_scan_start(next.start().scan_id);
  }
  PhaseMap final_map() { return viewer.wait_for_final(scan.start().scan_id); }
  PhaseMap offline(const std::vector<std::uint64_t>& sequences) {
    return offline_map(scan, sequences, series.unmix_options);
  }
};

std::vector<std::uint64_t> without(std::vector<std::uint64_t> all, const std::vector<std::uint64_t>& gone) {
  std::erase_if(all, [&](auto k) { return std::find(gone.begin(), gone.end(), k) != gone.end(); });
  return all;
}

}  // namespace

SCENARIO("frames arrive shuffled inside the reorder window", "[concurrency]") {
  GIVEN("a running pipeline and a scan") {
    Stage stage;
    WHEN("its frames are sent in shuffled blocks of 16") {
      auto order = stage.all();
      std::mt19937 random(7);
      for (auto block = order.begin(); block != order.end();) {
        const auto end = block + std::min<std::ptrdiff_t>(16, order.end() - block);
        std::shuffle(block, end, random);
        block = end;
      }
      stage.detector.send(stage.scan.start());
      stage.send(order);
      stage.detector.send(stage.scan.end());
      const PhaseMap live = stage.final_map();
      THEN("none is lost or late and the map is the one of the ordered frames") {
        auto counts = stage.pipeline.stop();
        CHECK(counts["received"] == std::to_string(order.size()));
        CHECK(counts["recorded"] == counts["received"]);
        CHECK(counts["used"] == counts["received"]);
        CHECK(counts["late"] == "0");
        CHECK(counts["missing"] == "0");
        CHECK(rms_difference(live, stage.offline(stage.all())) < map_agreement);
      }
    }
  }
}

SCENARIO("frames arrive twice", "[concurrency]") {
  GIVEN("a running pipeline") {
    Stage stage;
    WHEN("every third frame is sent twice") {
      stage.detector.send(stage.scan.start());
      for (const auto k : stage.all()) {
        stage.send({k});
        if (k % 3 == 0) stage.send({k});
      }
      stage.detector.send(stage.scan.end());
      const PhaseMap live = stage.final_map();
      stage.settle();
      THEN("each counts once") {
        auto counts = stage.pipeline.stop();
        CHECK(counts["received"] == std::to_string(stage.scan.frame_count()));
        CHECK(counts["duplicate"] == std::to_string((stage.scan.frame_count() + 2) / 3));
        CHECK(rms_difference(live, stage.offline(stage.all())) < map_agreement);
      }
    }
  }
}

SCENARIO("two percent of the frames never arrive", "[concurrency]") {
  GIVEN("a running pipeline that waits half a second for stragglers") {
    Stage stage({"--close-wait", "0.5", "--reorder-wait", "0.3"});
    WHEN("one frame in the middle and one at the end are lost") {
      const std::vector<std::uint64_t> gone{17, stage.scan.frame_count() - 1};
      const auto sent = without(stage.all(), gone);
      stage.detector.send(stage.scan.start());
      stage.send(sent);
      stage.detector.send(stage.scan.end());
      const PhaseMap live = stage.final_map();
      THEN("the map says so and is the one of the frames that came") {
        CHECK(live.energies_used.size() == live.energies_ev.size() - gone.size());
        auto counts = stage.pipeline.stop();
        CHECK(counts["missing"] == "2");
        CHECK(counts["received"] == std::to_string(sent.size()));
        CHECK(counts["recorded"] == counts["received"]);
        CHECK(rms_difference(live, stage.offline(sent)) < map_agreement);
      }
    }
  }
}

SCENARIO("a frame is late", "[concurrency]") {
  GIVEN("a pipeline with a small reorder window") {
    Stage stage({"--reorder-frames", "4"});
    WHEN("a frame comes after its place was given up") {
      const auto others = without(stage.all(), {10});
      stage.detector.send(stage.scan.start());
      stage.send(others);
      stage.send({10});
      stage.detector.send(stage.scan.end());
      const PhaseMap live = stage.final_map();
      THEN("it is recorded but leaves the map unchanged") {
        auto counts = stage.pipeline.stop();
        CHECK(counts["late"] == "1");
        CHECK(counts["missing"] == "0");
        CHECK(counts["recorded"] == std::to_string(stage.scan.frame_count()));
        CHECK(counts["used"] == std::to_string(stage.scan.frame_count() - 1));
        CHECK(rms_difference(live, stage.offline(others)) < map_agreement);
      }
    }
  }
}

SCENARIO("another source sends a scan of its own", "[concurrency]") {
  GIVEN("a pipeline in the middle of a scan") {
    Stage stage;
    TemporaryFolder elsewhere;
    SmallSeries foreign_series(elsewhere, 1, 99);
    SimulatedScan foreign = foreign_series.scan(0);
    WHEN("frames of a foreign scan come between its own") {
      stage.detector.send(stage.scan.start());
      FrameSender intruder(stage.context, stage.pipeline.endpoint("frames"));
      for (const auto k : stage.all()) {
        stage.send({k});
        if (k == 3) stage.detector.send(foreign.start());
        if (k > 3 && k < 14) stage.detector.send(*foreign.frame(k));
      }
      stage.detector.send(stage.scan.end());
      const PhaseMap live = stage.final_map();
      THEN("they are counted, discarded, and the map is untouched") {
        auto counts = stage.pipeline.stop();
        CHECK(counts["foreign"] == "10");
        CHECK(counts["rejected_scan_open"] == "1");
        CHECK(counts["scans"] == "1");
        CHECK(counts["received"] == std::to_string(stage.scan.frame_count()));
        CHECK(rms_difference(live, stage.offline(stage.all())) < map_agreement);
      }
    }
  }
}

SCENARIO("the detector aborts a scan", "[concurrency]") {
  GIVEN("a running pipeline") {
    Stage stage;
    WHEN("the scan ends after 25 frames as aborted") {
      auto first = stage.all();
      first.resize(25);
      stage.detector.send(stage.scan.start());
      stage.send(first);
      stage.detector.send(ScanEnd{stage.scan.start().scan_id, 25, ScanStatus::aborted, "beam lost"});
      const PhaseMap live = stage.final_map();
      THEN("what was received becomes the final map, marked as aborted") {
        CHECK(live.scan_status == ScanStatus::aborted);
        auto counts = stage.pipeline.stop();
        CHECK(counts["scans_aborted"] == "1");
        CHECK(counts["missing"] == "0");
        CHECK(counts["recorded"] == "25");
        CHECK(rms_difference(live, stage.offline(first)) < map_agreement);
      }
    }
  }
}

SCENARIO("ScanEnd overtakes the last frames", "[concurrency]") {
  GIVEN("a running pipeline") {
    Stage stage;
    WHEN("ScanEnd is sent before the last five frames") {
      auto early = stage.all();
      const std::vector<std::uint64_t> last(early.end() - 5, early.end());
      early.resize(early.size() - 5);
      stage.detector.send(stage.scan.start());
      stage.send(early);
      stage.detector.send(stage.scan.end());
      stage.send(last);
      const PhaseMap live = stage.final_map();
      THEN("the scan waits for them") {
        CHECK(live.energies_used.size() == live.energies_ev.size());
        auto counts = stage.pipeline.stop();
        CHECK(counts["missing"] == "0");
        CHECK(counts["late"] == "0");
        CHECK(counts["scans_timed_out"] == "0");
        CHECK(rms_difference(live, stage.offline(stage.all())) < map_agreement);
      }
    }
  }
}
