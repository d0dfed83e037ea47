#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <random>

#include "messages/crc32c.hpp"
#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/scan_file.hpp"
#include "tests/pipeline/file_fixtures.hpp"
#include "tests/pipeline/scan_reading.hpp"

using namespace phasecast;
using namespace phasecast::test;
using Catch::Matchers::Contains;

TEST_CASE("a recording replays with its own ids, headers and bits, whatever was late or lost") {
  const TemporaryFolder folder;
  const auto seed = GENERATE(range(1U, 9U));
  std::mt19937 random(seed);
  const auto frames = all_frames(small_scan());
  std::vector<Frame> recorded = frames;
  std::shuffle(recorded.begin(), recorded.end(), random);
  recorded.resize(seed + 2);
  {
    ScanFileWriter writer(folder / "scan.h5", small_scan());
    for (const Frame& frame : recorded) REQUIRE(writer.write(frame, frame.header.sequence % 4 == 0).ok());
    writer.finish({small_scan().scan_id, 11, ScanStatus::aborted, "beam lost"});
  }
  std::sort(recorded.begin(), recorded.end(),
            [](const Frame& a, const Frame& b) { return a.header.sequence < b.header.sequence; });

  const auto [scan, assumptions] = open(folder / "scan.h5");
  CHECK(assumptions.empty());
  REQUIRE(scan->frame_count() == recorded.size());
  for (std::size_t k = 0; k < recorded.size(); ++k) {
    const Frame frame = frame_of(*scan, k);
    CHECK(same_header(frame.header, recorded[k].header));
    CHECK(same_pixels(frame, recorded[k]));
    CHECK(frame.received_utc_ns == recorded[k].received_utc_ns);
  }
  CHECK(scan->frame(recorded.size()).error().cause == "sequence");
  CHECK(scan->end().scan_id == small_scan().scan_id);
  CHECK(scan->end().frames_sent == 11);
  CHECK(scan->end().status == ScanStatus::aborted);
  CHECK(scan->end().reason == "beam lost");
}

TEST_CASE("a recording gives back all of its ScanStart") {
  const TemporaryFolder folder;
  ScanStart start = small_scan();
  start.signal = GENERATE(Signal::counts, Signal::transmission, Signal::absorbance);
  start.pixel_type = GENERATE(PixelType::uint8, PixelType::uint16, PixelType::uint32, PixelType::float32,
                              PixelType::float64);
  start.metadata["an odd/name"] = "two\nlines \u00b5";
  ScanFileWriter(folder / "scan.h5", start).finish({start.scan_id, 0, ScanStatus::complete, ""});
  const auto [scan, assumptions] = open(folder / "scan.h5");
  const ScanStart& read = scan->start();
  CHECK(read.version == start.version);
  CHECK(read.source == start.source);
  CHECK(read.series_id == start.series_id);
  CHECK(read.scan_id == start.scan_id);
  CHECK(read.scan_index == start.scan_index);
  CHECK(read.energies_ev == start.energies_ev);
  CHECK(read.shape == start.shape);
  CHECK(read.pixel_type == start.pixel_type);
  CHECK(read.pixel_size_um == start.pixel_size_um);
  CHECK(read.edge == start.edge);
  CHECK(read.signal == start.signal);
  CHECK(read.darks == start.darks);
  CHECK(read.flats == start.flats);
  CHECK(read.sample_repeats == start.sample_repeats);
  CHECK(read.start_utc_ns == start.start_utc_ns);
  CHECK(read.metadata == start.metadata);
}

TEST_CASE("NaN payloads and all pixel bits survive a recording") {
  const TemporaryFolder folder;
  ScanStart start = small_scan();
  start.pixel_type = PixelType::float32;
  Frame frame = make_frame(all_headers(start)[3]);
  std::vector<std::byte> bytes(frame.pixels.bytes.begin(), frame.pixels.bytes.end());
  std::mt19937 random(1);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  const std::uint32_t signaling_nan = 0x7fa12345;
  std::memcpy(bytes.data(), &signaling_nan, 4);
  frame.pixels = PixelBuffer::take(std::move(bytes));
  frame.header.crc32c = crc32c(frame.pixels.bytes);
  {
    ScanFileWriter writer(folder / "scan.h5", start);
    REQUIRE(writer.write(frame).ok());
  }
  CHECK(same_pixels(frame_of(*open(folder / "scan.h5").scan, 0), frame));
}

TEST_CASE("a recording whose writer died holds what was flushed and counts as aborted") {
  const TemporaryFolder folder;
  const auto frames = all_frames(small_scan());
  const pid_t writer_process = fork();
  REQUIRE(writer_process >= 0);
  if (writer_process == 0) {
    ScanFileWriter writer(folder / "scan.h5", small_scan());
    for (std::size_t k = 0; k < 7; ++k)
      if (!writer.write(frames[k]).ok()) _exit(1);
    writer.flush();
    _exit(0);  // no destructor runs
  }
  int status = 1;
  waitpid(writer_process, &status, 0);
  REQUIRE(status == 0);
  const auto [scan, assumptions] = open(folder / "scan.h5");
  CHECK_THAT(assumptions, Contains("stops before the scan's end"));
  REQUIRE(scan->frame_count() == 7);
  for (std::size_t k = 0; k < 7; ++k) CHECK(same_pixels(frame_of(*scan, k), frames[k]));
  CHECK(scan->end().status == ScanStatus::aborted);
  CHECK(scan->end().frames_sent == 7);
}

TEST_CASE("a recording is read like a foreign FXI file by those who know no better") {
  const TemporaryFolder folder;
  ScanStart start = small_scan();
  start.sample_repeats = 1;
  {
    ScanFileWriter writer(folder / "scan.h5", start);
    for (const Frame& frame : all_frames(start)) REQUIRE(writer.write(frame).ok());
    writer.finish({start.scan_id, 8, ScanStatus::complete, ""});
  }
  hdf5::File file = hdf5::File::open_to_change(folder / "scan.h5");
  H5Ldelete(file.id(), "/entry", H5P_DEFAULT);
  file.close();
  const auto [scan, assumptions] = open(folder / "scan.h5");
  CHECK(order_of(*scan) == "d0.0 d0.1 f0.0 s0.0 f1.0 s1.0 f2.0 s2.0 ");
  CHECK(scan->start().energies_ev[2] == Approx(8340.0));
  for (const Frame& frame : all_frames(start))
    CHECK(same_pixels(frame_of(*scan, frame.header.sequence), frame));
}

TEST_CASE("a file that is absent or no HDF5 says so") {
  const TemporaryFolder folder;
  CHECK_THAT(error_of(folder / "none.h5"), Contains("none.h5") && Contains("No such file or directory"));
  CHECK_THAT(error_of(folder.text("text.h5", "energy,mu\n")), Contains("file signature not found"));
}

TEST_CASE("a damaged recording is refused where it is damaged") {
  const TemporaryFolder folder;
  ScanFileWriter(folder / "scan.h5", small_scan())
      .finish({small_scan().scan_id, 0, ScanStatus::complete, ""});
  const auto damage = [&](auto&& how) {
    hdf5::File file = hdf5::File::open_to_change(folder / "scan.h5");
    how(file);
    file.close();
  };
  SECTION("rows lost") {
    damage([](const hdf5::File& file) { H5Ldelete(file.id(), "/entry/frames", H5P_DEFAULT); });
    CHECK_THAT(error_of(folder / "scan.h5"), Contains("/entry/frames"));
  }
  SECTION("a header field lost") {
    damage([](const hdf5::File& file) {
      H5Adelete_by_name(file.id(), "/entry/scan_start", "edge", H5P_DEFAULT);
    });
    CHECK_THAT(error_of(folder / "scan.h5"), Contains("/entry/scan_start@edge"));
  }
  SECTION("a header field unknown") {
    damage([](const hdf5::File& file) {
      H5Adelete_by_name(file.id(), "/entry/scan_start", "signal", H5P_DEFAULT);
      hdf5::set_attribute(file, "/entry/scan_start", "signal", "sound");
    });
    CHECK_THAT(error_of(folder / "scan.h5"),
               Contains("'sound'") && Contains("one of counts, transmission, absorbance"));
  }
}
