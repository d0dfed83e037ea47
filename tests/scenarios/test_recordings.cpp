#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "pipeline/files/map_file.hpp"
#include "pipeline/reference_watch.hpp"
#include "tests/paths.hpp"
#include "tests/scenarios/live.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

const std::filesystem::path shared_data = std::filesystem::path(PHASECAST_SOURCE_DIR) / "../shared/data";

std::vector<std::string> with(std::vector<std::string> first, const std::vector<std::string>& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

/// Runs a command to its end and returns what it printed; fails the test unless it ends with `expected`.
std::string run_to_end(const TemporaryFolder& folder, const std::string& name,
                       const std::vector<std::string>& arguments, int expected = 0) {
  Process process(folder.path(), name, arguments);
  const int status = process.wait();
  INFO(process.log());
  REQUIRE(status == expected);
  return process.output();
}

/// Replays the scans of a series into a pipeline of its own and returns its final maps.
struct Replayed {
  std::vector<PhaseMap> maps;
  std::map<std::string, std::string> counts;
};

Replayed replay(const std::vector<std::string>& files, const std::vector<std::string>& options) {
  TemporaryFolder folder;
  LivePipeline pipeline(folder, options);
  zmq::context_t context;
  Viewer viewer(context, pipeline.endpoint("maps"));
  viewer.wait_for_greeting();
  run_to_end(folder, "replay",
             with(with({"replay"}, files), {"--to", pipeline.endpoint("frames"), "--fast"}));
  viewer.wait_for([&](const Message& message) {
    const auto* map = std::get_if<PhaseMap>(&message);
    return map && map->final && map->scan_index + 1 == files.size();
  });
  Replayed result;
  result.counts = pipeline.stop();
  for (const auto& path :
       pipeline.files("maps")) {  // a viewer may miss a map or see it twice; the file may not
    const auto maps = read_maps(path);
    if (!maps) FAIL(maps.error().text());
    result.maps.insert(result.maps.end(), maps->begin(), maps->end());
  }
  return result;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// Mean fraction of a state over a square of 2r + 1 pixels; every pixel must be valid.
double grain_mean(const PhaseMap& map, int state, int x0, int y0, int r) {
  double sum = 0;
  for (int y = y0 - r; y <= y0 + r; ++y)
    for (int x = x0 - r; x <= x0 + r; ++x) {
      const auto pixel = static_cast<std::size_t>(y) * static_cast<std::size_t>(map.shape.width) +
                         static_cast<std::size_t>(x);
      REQUIRE(map.mask[pixel] == 0);
      sum += map.fraction[static_cast<std::size_t>(state) * map.shape.pixels() + pixel];
    }
  return sum / ((2 * r + 1) * (2 * r + 1));
}

}  // namespace

SCENARIO("a recording is replayed twice in lockstep") {
  GIVEN("recordings that a pipeline made of a live series") {
    TemporaryFolder folder;
    SmallSeries series(folder, 2);
    LivePipeline pipeline(folder, series.unmix_options);
    zmq::context_t context;
    Viewer viewer(context, pipeline.endpoint("maps"));
    viewer.wait_for_greeting();
    FrameSender detector(context, pipeline.endpoint("frames"));
    for (int k = 0; k < 2; ++k) {
      SimulatedScan scan = series.scan(k);
      detector.send(scan.start());
      for (std::uint64_t f = 0; f < scan.frame_count(); ++f) detector.send(*scan.frame(f));
      detector.send(scan.end());
      viewer.wait_for_final(scan.start().scan_id);
    }
    pipeline.stop();
    const auto recordings = pipeline.files("scan_");
    REQUIRE(recordings.size() == 2);
    WHEN("both are replayed into a pipeline twice, and unmixed offline") {
      const auto options = with({"--deterministic"}, series.unmix_options);
      const Replayed once = replay(recordings, options), again = replay(recordings, options);
      const auto maps_path = (folder / "offline.h5").string();
      run_to_end(folder, "unmix",
                 with(with(with({"unmix"}, recordings), {"-o", maps_path}), series.unmix_options));
      const auto offline = read_maps(maps_path);
      REQUIRE(offline.ok());
      THEN("the maps are bit-identical, and equal to the offline ones") {
        REQUIRE(once.maps.size() == 2);
        REQUIRE(offline->size() == 2);
        for (std::size_t k = 0; k < 2; ++k) {
          CHECK(same_bits(once.maps[k].fraction, again.maps[k].fraction));
          CHECK(same_bits(once.maps[k].scale, again.maps[k].scale));
          CHECK(same_bits(once.maps[k].residual, again.maps[k].residual));
          CHECK(same_bits(once.maps[k].uncertainty, again.maps[k].uncertainty));
          CHECK(once.maps[k].mask == again.maps[k].mask);
          CHECK(once.maps[k].mask == (*offline)[k].mask);
          CHECK(rms_difference(once.maps[k], (*offline)[k]) < 1e-3);
        }
      }
    }
  }
}

SCENARIO("the real Fe scan is replayed live") {
  const auto scan = shared_data / "scans/als_fe2p_fxi.h5";
  if (!std::filesystem::exists(scan)) {
    WARN("skipped: " << scan << " is absent");
    return;
  }
  GIVEN("the measured stack and its two references") {
    const std::vector<std::string> options{
        "--pre-edge", "700:705", "--references",
        (shared_data / "references/als_fe2p_reduced.txt").string() + "=reduced",
        (shared_data / "references/als_fe2p_oxidized.txt").string() + "=oxidized"};
    WHEN("it goes through the live pipeline and through unmix") {
      const Replayed live = replay({scan.string()}, options);
      TemporaryFolder folder;
      run_to_end(folder, "unmix", with({"unmix", scan.string(), "-o", folder / "maps.h5"}, options));
      const auto offline = read_maps(folder / "maps.h5");
      REQUIRE(offline.ok());
      const PhaseMap& map = live.maps.at(0);
      THEN("both agree, the grains read what they are, and the empty background is masked") {
        CHECK(rms_difference(map, offline->at(0)) < 1e-3);
        CHECK(map.mask == offline->at(0).mask);
        REQUIRE(offline->at(0).reference_check);
        CHECK(complaints(map.states, *offline->at(0).reference_check).empty());
        CHECK(grain_mean(map, 1, 65, 25, 3) > 0.8);
        CHECK(grain_mean(map, 0, 10, 5, 3) > 0.8);
        std::size_t masked = 0;
        for (int y = 80; y < 125; ++y)
          for (int x = 20; x < 100; ++x) masked += map.mask[static_cast<std::size_t>(y * 125 + x)] != 0;
        CHECK(masked > 0.99 * 45 * 80);
        auto counts = live.counts;
        CHECK(counts["missing"] == "0");
        CHECK(counts["recorded"] == counts["received"]);
      }
    }
  }
}

SCENARIO("a real full-field scan with too few energies to unmix is recorded all the same") {
  const auto scan = shared_data / "scans/ssrl_nca_2energy_32id.h5";
  if (!std::filesystem::exists(scan)) {
    WARN("skipped: " << scan << " is absent");
    return;
  }
  GIVEN("two energies with three repeats and their flats") {
    TemporaryFolder folder;
    LivePipeline pipeline(folder, {"--pre-edge", "8300:8330", "--references",
                                   (shared_data / "references/ref_NiO.txt").string() + "=NiO",
                                   (shared_data / "references/ref_LiNiO2.txt").string() + "=LiNiO2"});
    zmq::context_t context;
    Viewer viewer(context, pipeline.endpoint("maps"));
    viewer.wait_for_greeting();
    WHEN("it is replayed") {
      run_to_end(folder, "replay", {"replay", scan.string(), "--to", pipeline.endpoint("frames"), "--fast"});
      const Status status = std::get<Status>(viewer.wait_for([](const Message& message) {
        const auto* seen = std::get_if<Status>(&message);
        return seen && seen->counters.scans_closed == 1 && seen->counters.recorded == 12 &&
               !seen->errors.empty();
      }));
      THEN("every frame is flat-fielded and recorded, and the reason why there is no map is said") {
        CHECK(status.counters.used == 12);
        CHECK(status.counters.maps_final == 0);
        CAPTURE(status.errors[0]);
        CHECK(status.errors[0].find("energies") != std::string::npos);
        auto counts = pipeline.stop();
        CHECK(counts["received"] == "12");
        CHECK(counts["unpaired"] == "0");
      }
    }
  }
}
