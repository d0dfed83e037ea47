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

TEST_CASE(
    "an image that was being written when the watch began is taken once it is closed, an old one is not",
    "[bridge]") {
  const ScratchFolder folder;
  Tally tally;
  TiffWriter(folder.path / "image_1.tif", "w")
      .page<std::uint16_t>({1, 2}, {1, 2}, {"w", COMPRESSION_NONE, 1});
  const auto path = folder.path / "image_2.tif";
  std::ofstream begun(path);
  begun << "II";
  ImageFolder images({folder.path, false, "", false}, tally);
  std::vector<std::uint64_t> numbers;
  const auto take = [&] {
    images.take([&](Result<ForeignEvent> event) {
      if (event) numbers.push_back(std::get<ForeignFrame>(*event).number);
    });
  };
  take();
  CHECK(numbers.empty());
  begun.close();
  take();
  TiffWriter(path, "w").page<std::uint16_t>({1, 2}, {1, 2}, {"w", COMPRESSION_NONE, 1});
  take();
  CHECK(numbers == std::vector<std::uint64_t>{2});
  CHECK(tally.of("rejected_written_again") == 0);
}
