#include <algorithm>
#include <catch2/catch.hpp>

#include "pipeline/files/failure.hpp"
#include "pipeline/files/scan_file.hpp"
#include "pipeline/files/scan_reader.hpp"
#include "tests/pipeline/file_fixtures.hpp"

using namespace phasecast;
using namespace phasecast::test;
using Catch::Matchers::Contains;

namespace {

/// 3 energies with 2 repeats, frames of 128 KiB: larger than what is claimed at the start.
ScanStart large_scan() {
  ScanStart start = small_scan();
  start.shape = {256, 256};
  start.darks = {};
  start.flats = {};
  return start;
}

void require_replay_of(const std::filesystem::path& path, const std::vector<Frame>& frames) {
  std::vector<std::string> assumptions;
  auto scan = open_scan(path, assumptions);
  REQUIRE(scan.ok());
  REQUIRE((*scan)->frame_count() == frames.size());
  for (std::size_t k = 0; k < frames.size(); ++k) {
    const Result<Frame> frame = (*scan)->frame(k);
    REQUIRE(frame.ok());
    CHECK(same_header(frame->header, frames[k].header));
    CHECK(same_pixels(*frame, frames[k]));
  }
}

std::string write_error(ScanFileWriter& writer, const Frame& frame) {
  const Result<Ok> written = writer.write(frame);
  REQUIRE_FALSE(written.ok());
  return written.error().text();
}

}  // namespace

TEST_CASE("h5py finds the documented paths, types and values in a recording") {
  if (!have_h5py()) return;
  const TemporaryFolder folder;
  ScanFileWriter writer(folder / "scan.h5", small_scan());
  std::vector<Frame> frames = all_frames(small_scan());
  std::reverse(frames.begin(), frames.end());
  for (const Frame& frame : frames) REQUIRE(writer.write(frame, frame.header.sequence == 0).ok());
  writer.finish({small_scan().scan_id, 11, ScanStatus::aborted, "beam lost \u00b5"});
  const OracleAnswer answer = ask_oracle("recording " + (folder / "scan.h5").string());
  INFO(answer.text);
  CHECK(answer.right);
}

TEST_CASE("another process reads the frames while they are written, as far as they are flushed") {
  if (!have_h5py()) return;
  const TemporaryFolder folder;
  const auto frames = all_frames(small_scan());
  ScanFileWriter writer(folder / "scan.h5", small_scan());
  OracleProcess reader("watch " + (folder / "scan.h5").string());
  REQUIRE(reader.answer() == "open");
  CHECK(reader.ask("") == "0 []");
  for (std::size_t k = 0; k < 5; ++k) REQUIRE(writer.write(frames[k]).ok());
  writer.flush();
  CHECK(reader.ask("") == "5 [3000, 4000]");
  for (std::size_t k = 5; k < 8; ++k) REQUIRE(writer.write(frames[k]).ok());
  CHECK(reader.ask("") == "5 [3000, 4000]");
  writer.flush();
  CHECK(reader.ask("") == "8 [3000, 4000, 6000, 7000]");
}

TEST_CASE("a slot that is taken or outside the plan is refused and the recording stays as it was") {
  const TemporaryFolder folder;
  const auto frames = all_frames(small_scan());
  ScanFileWriter writer(folder / "scan.h5", small_scan());
  for (const Frame& frame : frames) REQUIRE(writer.write(frame).ok());

  Frame again = frames[4];
  again.header.sequence = 99;
  CHECK_THAT(write_error(writer, again), Contains("sample of energy 0, repeat 1") && Contains("[slot]"));
  Frame repeat = frames[0];
  repeat.header.repeat = 2;
  CHECK_THAT(write_error(writer, repeat), Contains("dark of energy 0, repeat 2") && Contains("2 repeats"));
  Frame energy = frames[3];
  energy.header.energy_index = 3;
  CHECK_THAT(write_error(writer, energy), Contains("sample of energy 3") && Contains("3 energies"));
  Frame shared = frames[0];
  shared.header.energy_index = 1;
  CHECK_THAT(write_error(writer, shared), Contains("dark of energy 1") && Contains("[slot]"));

  writer.finish({small_scan().scan_id, frames.size(), ScanStatus::complete, ""});
  require_replay_of(folder / "scan.h5", frames);
}

TEST_CASE("a kind that is not planned has no slot") {
  const TemporaryFolder folder;
  ScanFileWriter writer(folder / "scan.h5", large_scan());
  Frame dark = all_frames(large_scan())[0];
  dark.header.kind = FrameKind::dark;
  CHECK_THAT(write_error(writer, dark), Contains("none") && Contains("[slot]"));
}

TEST_CASE("shared flats have one slot per repeat and energy index 0") {
  const TemporaryFolder folder;
  ScanStart start = small_scan();
  start.flats = {CorrectionUse::shared, 1};
  start.pixel_type = PixelType::float64;
  const auto frames = all_frames(start);
  ScanFileWriter writer(folder / "scan.h5", start);
  for (const Frame& frame : frames) REQUIRE(writer.write(frame).ok());
  writer.finish({start.scan_id, frames.size(), ScanStatus::complete, ""});
  require_replay_of(folder / "scan.h5", frames);
}

TEST_CASE("frames of another scan, shape, type or size are refused by name") {
  const TemporaryFolder folder;
  ScanFileWriter writer(folder / "scan.h5", small_scan());
  const Frame frame = all_frames(small_scan())[0];
  Frame foreign = frame;
  foreign.header.scan_id = "other";
  CHECK_THAT(write_error(writer, foreign), Contains("'other'") && Contains("[scan]"));
  Frame turned = frame;
  turned.header.shape = {5, 4};
  CHECK_THAT(write_error(writer, turned), Contains("[5, 4] uint16") && Contains("expected [4, 5] uint16"));
  Frame wide = frame;
  wide.header.pixel_type = PixelType::float32;
  CHECK_THAT(write_error(writer, wide), Contains("[4, 5] float32"));
  Frame cut = frame;
  cut.pixels.bytes = cut.pixels.bytes.first(39);
  CHECK_THAT(write_error(writer, cut), Contains("'39'") && Contains("expected 40"));
}

TEST_CASE("a recording that exists is not overwritten, and a folder that does not is named") {
  const TemporaryFolder folder;
  const std::string path = folder.text("scan.h5", "something precious");
  CHECK_THROWS_WITH(ScanFileWriter(path, small_scan()), Contains(path) && Contains("File exists"));
  CHECK(std::filesystem::file_size(path) == 18);
  CHECK_THROWS_WITH(ScanFileWriter(folder / "none/scan.h5", small_scan()),
                    Contains("none/scan.h5") && Contains("No such file or directory"));
}

TEST_CASE("a scan that cannot be recorded leaves no file behind") {
  const TemporaryFolder folder;
  ScanStart start = small_scan();
  SECTION("no pixels") {
    start.shape = {0, 5};
  }
  SECTION("no energies") {
    start.energies_ev.clear();
  }
  SECTION("text that HDF5 would cut short") {
    start.metadata["note"] = std::string("a\0b", 3);
  }
  CHECK_THROWS_WITH(ScanFileWriter(folder / "scan.h5", start), Contains("scan.h5"));
  CHECK_FALSE(std::filesystem::exists(folder / "scan.h5"));
}

TEST_CASE("late frames are added to a finished recording") {
  const TemporaryFolder folder;
  const auto path = folder / "scan.h5";
  const auto frames = all_frames(small_scan());
  {
    ScanFileWriter writer(path, small_scan());
    for (const Frame& frame : frames)
      if (frame.header.sequence != 4 && frame.header.sequence != 9) REQUIRE(writer.write(frame).ok());
    writer.finish({small_scan().scan_id, frames.size(), ScanStatus::complete, ""});
    CHECK_THAT(write_error(writer, frames[4]), Contains("finished") && Contains("[closed]"));
  }
  {
    auto writer = ScanFileWriter::reopen(path);
    REQUIRE(writer->write(frames[9], true).ok());
    CHECK_THAT(write_error(*writer, frames[9]), Contains("[slot]"));
    CHECK_THAT(write_error(*writer, frames[3]), Contains("[slot]"));
  }
  ScanFileWriter::reopen(path)->write(frames[4], true).value();
  require_replay_of(path, frames);
}

TEST_CASE("late frames find their way past a foreign reader of the finished file") {
  if (!have_h5py()) return;
  const TemporaryFolder folder;
  const auto frames = all_frames(small_scan());
  ScanFileWriter(folder / "scan.h5", small_scan())
      .finish({small_scan().scan_id, frames.size(), ScanStatus::complete, ""});
  OracleProcess reader("hold " + (folder / "scan.h5").string());
  REQUIRE(reader.answer() == "open");
  auto writer = ScanFileWriter::reopen(folder / "scan.h5");
  for (const Frame& frame : frames) REQUIRE(writer->write(frame, true).ok());
  writer.reset();
  require_replay_of(folder / "scan.h5", frames);
}

TEST_CASE("reopening what is no recording names the file") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(ScanFileWriter::reopen(folder / "none.h5"), Contains("none.h5"));
  const std::string text = folder.text("text.h5", "no HDF5 here");
  CHECK_THROWS_WITH(ScanFileWriter::reopen(text),
                    Contains("text.h5") && Contains("file signature not found"));
}

TEST_CASE("all room but that of the pixels is claimed before the first frame") {
  const TemporaryFolder folder;
  const auto path = folder / "scan.h5";
  ScanStart start = GENERATE(small_scan(), large_scan());
  start.energies_ev.assign(700, 8333.0);  // several chunks of rows
  start.shape = {16, 16};
  ScanFileWriter writer(path, start);
  const auto size = std::filesystem::file_size(path);
  for (const Frame& frame : all_frames(start)) {
    REQUIRE(writer.write(frame).ok());
    if (frame.header.sequence % 100 == 0) writer.flush();
  }
  writer.flush();
  CHECK(std::filesystem::file_size(path) == size);
}

TEST_CASE("a full disk is named, and the same frames are recorded once there is room") {
  SmallDisk disk(4 << 20);
  if (!disk.mounted()) {
    WARN("may not mount a small disk: see the file size limit instead");
    return;
  }
  const auto frames = all_frames(large_scan());
  ScanFileWriter writer(disk / "scan.h5", large_scan());
  REQUIRE(writer.write(frames[0]).ok());
  const std::size_t left =
      GENERATE(std::size_t{0}, std::size_t{4096}, std::size_t{100'000}, std::size_t{131'072});
  disk.fill(left);
  std::size_t refused = 0;
  for (std::size_t k = 1; k < frames.size(); ++k) {
    for (int attempt = 0; attempt < 3; ++attempt) {
      const Result<Ok> written = writer.write(frames[k]);
      if (written.ok()) break;
      ++refused;
      CHECK(written.error().cause == "disk");
      CHECK_THAT(written.error().text(), Contains("scan.h5") && Contains("/entry/data/sample") &&
                                             Contains("No space left on device"));
      writer.flush();  // the index needs no room
      if (attempt == 1) disk.free_space();
    }
  }
  CHECK(refused == 2);
  writer.finish({large_scan().scan_id, frames.size(), ScanStatus::complete, ""});
  require_replay_of(disk / "scan.h5", frames);
}

TEST_CASE("a recording is finished on a full disk") {
  SmallDisk disk(4 << 20);
  if (!disk.mounted()) {
    WARN("may not mount a small disk: not tested");
    return;
  }
  const auto frames = all_frames(large_scan());
  {
    ScanFileWriter writer(disk / "scan.h5", large_scan());
    REQUIRE(writer.write(frames[0]).ok());
    disk.fill();
    writer.finish({large_scan().scan_id, 1, ScanStatus::aborted, "disk full"});
  }
  require_replay_of(disk / "scan.h5", {frames[0]});
}

TEST_CASE("a disk too full to begin on is named at the start") {
  SmallDisk disk(1 << 20);
  if (!disk.mounted()) {
    WARN("may not mount a small disk: not tested");
    return;
  }
  disk.fill(16 << 10);
  CHECK_THROWS_WITH(ScanFileWriter(disk / "scan.h5", large_scan()),
                    Contains("scan.h5") && Contains("No space left on device"));
  CHECK_FALSE(std::filesystem::exists(disk / "scan.h5"));
}

TEST_CASE("a file that may not grow is named, and the same frames are recorded once it may") {
  const TemporaryFolder folder;
  const auto frames = all_frames(large_scan());
  ScanFileWriter writer(folder / "scan.h5", large_scan());
  const auto end_of_third = std::filesystem::file_size(folder / "scan.h5") - 3 * 256 * 256 * 2;
  {
    const FileSizeLimit limit(end_of_third + 1000);
    for (std::size_t k = 0; k < 3; ++k) REQUIRE(writer.write(frames[k]).ok());
    for (int attempt = 0; attempt < 2; ++attempt) {
      const Result<Ok> written = writer.write(frames[3]);
      REQUIRE_FALSE(written.ok());
      CHECK(written.error().cause == "disk");
      CHECK_THAT(written.error().text(), Contains("File too large"));
    }
    writer.flush();
  }
  for (std::size_t k = 3; k < frames.size(); ++k) REQUIRE(writer.write(frames[k]).ok());
  writer.finish({large_scan().scan_id, frames.size(), ScanStatus::complete, ""});
  require_replay_of(folder / "scan.h5", frames);
}

TEST_CASE("the truth of a simulation is read back from its scan file") {
  const TemporaryFolder folder;
  const auto path = folder / "scan.h5";
  const Shape shape{4, 5};
  ScanFileWriter(path, small_scan()).finish({small_scan().scan_id, 0, ScanStatus::complete, ""});
  CHECK(read_truth(path).error().text().find("/truth/fraction") != std::string::npos);
  std::vector<float> fraction(40), scale(20);
  for (std::size_t i = 0; i < 40; ++i) fraction[i] = static_cast<float>(i) / 40.0F;
  for (std::size_t i = 0; i < 20; ++i) scale[i] = 1.0F + static_cast<float>(i);
  CHECK_THROWS_WITH(write_truth(path, shape, {"NiO"}, fraction, scale), Contains("/truth/fraction"));
  write_truth(path, shape, {"NiO", "LiNiO\u2082"}, fraction, scale);
  const Result<Truth> truth = read_truth(path);
  REQUIRE(truth.ok());
  CHECK(truth.value().shape == shape);
  CHECK(truth.value().states == std::vector<std::string>{"NiO", "LiNiO\u2082"});
  CHECK(truth.value().fraction == fraction);
  CHECK(truth.value().scale == scale);
}
