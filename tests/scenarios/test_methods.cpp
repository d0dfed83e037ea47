#include <catch2/catch.hpp>
#include <numeric>

#include "tests/scenarios/live.hpp"

using namespace phasecast;
using namespace phasecast::test;

SCENARIO("any method may be run live") {
  const auto method =
      GENERATE(values<std::vector<std::string>>({{"--method", "lcf"},
                                                 {"--method", "lcf", "--reference-shift", "fit"},
                                                 {"--method", "rum-tv"},
                                                 {"--method", "rum-bm3d"},
                                                 {"--method", "rum-cnn"},
                                                 {"--method", "rum-tv", "--formulation", "paper"},
                                                 {"--method", "rum-cnn", "--formulation", "paper"}}));
  GIVEN("a pipeline with " + method.at(1) +
        (method.size() > 2 ? " and " + method.at(2) + " " + method.at(3) : "")) {
    TemporaryFolder folder;
    SmallSeries series(folder);
    auto options = series.unmix_options;
    options.insert(options.begin(), method.begin(), method.end());
    LivePipeline pipeline(folder, options);
    zmq::context_t context;
    Viewer viewer(context, pipeline.endpoint("maps"));
    viewer.wait_for_greeting();
    WHEN("a scan is measured") {
      FrameSender detector(context, pipeline.endpoint("frames"));
      SimulatedScan scan = series.scan(0);
      detector.send(scan.start());
      for (std::uint64_t k = 0; k < scan.frame_count(); ++k) detector.send(*scan.frame(k));
      detector.send(scan.end());
      const PhaseMap map = viewer.wait_for_final(scan.start().scan_id);
      THEN("its final map is the one that unmix makes of the same frames") {
        std::vector<std::uint64_t> all(scan.frame_count());
        std::iota(all.begin(), all.end(), 0);
        CHECK(map.method == method.at(1));
        CHECK(rms_difference(map, offline_map(scan, all, options)) < 1e-6);
        auto counts = pipeline.stop();
        CHECK(counts["missing"] == "0");
        CHECK(counts["recorded"] == counts["received"]);
      }
    }
  }
}
