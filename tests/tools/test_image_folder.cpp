#include <catch2/catch.hpp>
#include <fstream>

#include "tests/pipeline/tiff_fixture.hpp"
#include "tests/tools/scratch_folder.hpp"
#include "tools/bridge/image_folder.hpp"

using namespace phasecast;
using namespace phasecast::bridge;
using namespace phasecast::test;

TEST_CASE("an image that was caught half written is taken when its writer closes it again", "[bridge]") {
  const ScratchFolder folder;
  Tally tally;
  ImageFolder images({folder.path, false, "", false}, tally);
  std::vector<Result<ForeignEvent>> events;
  const auto take = [&] {
    images.take([&](Result<ForeignEvent> event) { events.push_back(std::move(event)); });
  };
  const auto path = folder.path / "image_7.tif";
  std::ofstream(path) << "II";
  take();
  REQUIRE(events.size() == 1);
  CHECK_FALSE(events[0].ok());
  TiffWriter(path, "w").page<std::uint16_t>({2, 3}, {1, 2, 3, 4, 5, 6}, {"w", COMPRESSION_NONE, 1});
  take();
  REQUIRE(events.size() == 2);
  REQUIRE(events[1].ok());
  CHECK(std::get<ForeignFrame>(*events[1]).number == 7);
  std::ofstream(path, std::ios::app) << "more";
  take();
  CHECK(events.size() == 2);
  CHECK(tally.of("rejected_written_again") == 1);
}
