#include <catch2/catch.hpp>
#include <cmath>

#include "pipeline/files/map_file.hpp"
#include "tests/scenarios/process.hpp"

using namespace phasecast;
using namespace phasecast::test;

SCENARIO("a real TIFF stack with its own Athena references is unmixed by one command") {
  GIVEN("57 images of iron fluorescence, their energies, and the normalized references") {
    const std::filesystem::path data = PHASECAST_SOURCE_DIR "/../shared/data/formats/tiff_nor";
    if (!std::filesystem::exists(data)) {
      WARN("skipped: " << data << " is absent");
      return;
    }
    const std::string nor = (data / "test_ref_athena.nor").string() + ":column=";
    TemporaryFolder folder;
    const std::string maps = (folder.path() / "maps.h5").string();
    WHEN("it is unmixed as siderite and metallic iron") {
      Process unmix(
          folder.path(), "unmix",
          {"unmix", (data / "test_stack.tiff").string(), "--energies", (data / "test_energy.txt").string(),
           "--within", "7100:7139", "--references", nor + "Fe_SIDERITE_5_13_tr_cl.avg=siderite",
           nor + "Fe_foilCal_007_Mar_17.avg=metal", "--pre-edge", "7100:7110", "-o", maps});
      const int status = unmix.wait();
      INFO(unmix.log());
      REQUIRE(status == 0);
      THEN(
          "it says what it took the images for, and the map has the mean spectrum's three quarters of "
          "siderite") {
        CHECK_THAT(unmix.log(), Catch::Contains("taken as absorbance"));
        const auto read = read_maps(maps);
        REQUIRE(read.ok());
        REQUIRE(read->size() == 1);
        const PhaseMap& map = read->front();
        CHECK(map.energies_used.size() == 37);
        CHECK(map.states == std::vector<std::string>{"siderite", "metal"});
        const std::size_t pixels = map.shape.pixels();
        double siderite = 0;
        std::size_t valid = 0;
        for (std::size_t k = 0; k < pixels; ++k) {
          if (std::isnan(map.fraction[k])) continue;
          REQUIRE(map.fraction[k] + map.fraction[pixels + k] == Approx(1).margin(1e-5));
          siderite += map.fraction[k];
          ++valid;
        }
        CAPTURE(valid, siderite);
        CHECK(valid > pixels / 4);
        // numpy's least squares on the mean spectrum of the brightest pixels: 0.743
        CHECK(siderite / static_cast<double>(valid) == Approx(0.743).margin(0.02));
      }
    }
  }
}
