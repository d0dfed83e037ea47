#include <catch2/catch.hpp>
#include <cstring>

#include "messages/crc32c.hpp"
#include "pipeline/files/recorded_scan.hpp"
#include "pipeline/files/scan_file.hpp"
#include "pipeline/files/scan_reader.hpp"
#include "tests/pipeline/file_fixtures.hpp"
#include "tests/small_scan.hpp"

using namespace phasecast;
using namespace phasecast::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::uint64_t frames = 12;

/// Large enough that its pixels lie behind its tables, as in any real recording.
ScanStart scan_of(const std::string& id) {
  ScanStart scan = test::small_scan(id, frames - 2);
  scan.shape = {128, 128};
  return scan;
}

/// As it comes from the wire: with its checksum.
Frame frame_of(const ScanStart& scan, std::uint64_t sequence) {
  Frame frame = small_frame(scan, sequence);
  frame.header.crc32c = crc32c(frame.pixels.bytes);
  return frame;
}

void write(ScanFileWriter& writer, const ScanStart& scan, std::uint64_t from, std::uint64_t to) {
  for (std::uint64_t k = from; k < to; ++k) {
    const auto written = writer.write(frame_of(scan, k));
    if (!written) FAIL(written.error().text());
  }
  writer.flush();
}

RecordedScan read(const std::filesystem::path& path) {
  auto scan = read_recorded_scan(path);
  if (!scan) FAIL(scan.error().text());
  return *scan;
}

/// Sequences of the frames, whose pixels are those that were written.
std::vector<std::uint64_t> sequences(const RecordedScan& scan) {
  std::vector<std::uint64_t> all;
  for (const auto& slot : scan.frames) {
    const auto frame = read_frame(scan, slot);
    if (!frame) FAIL(frame.error().text());
    const Frame sent = frame_of(scan.start, slot.header.sequence);
    CHECK(std::memcmp(frame->pixels.bytes.data(), sent.pixels.bytes.data(), sent.pixels.bytes.size()) == 0);
    CHECK(frame->header.energy_index == sent.header.energy_index);
    CHECK(frame->received_utc_ns == sent.received_utc_ns);
    all.push_back(slot.header.sequence);
  }
  return all;
}

std::vector<std::uint64_t> up_to(std::uint64_t end) {
  std::vector<std::uint64_t> all(end);
  for (std::uint64_t k = 0; k < end; ++k) all[k] = k;
  return all;
}

/// A recording whose writer died after `written` frames: what the file is at that instant.
std::filesystem::path killed_recording(const TemporaryFolder& folder, std::uint64_t written) {
  const ScanStart scan = scan_of("a");
  ScanFileWriter writer(folder / "alive.h5", scan);
  write(writer, scan, 0, written);
  std::filesystem::copy_file(folder / "alive.h5", folder / "killed.h5");
  return folder / "killed.h5";
}

}  // namespace

TEST_CASE("a recording whose writer was killed has every frame up to its last flush") {
  const std::uint64_t written = GENERATE(0u, 1u, 7u, 12u);
  const TemporaryFolder folder;
  const RecordedScan scan = read(killed_recording(folder, written));
  CHECK(sequences(scan) == up_to(written));
  CHECK_FALSE(scan.end);
  CHECK(scan.damaged.empty());
  CHECK(scan.start.scan_id == "a");
}

TEST_CASE("the recording of a killed writer is gone on with and finished") {
  const TemporaryFolder folder;
  const auto path = killed_recording(folder, 5);
  const ScanStart scan = scan_of("a");
  {
    const auto writer = ScanFileWriter::reopen(path);
    CHECK_FALSE(writer->write(frame_of(scan, 4)).ok());
    write(*writer, scan, 5, frames);
    writer->finish({"a", frames, ScanStatus::complete, ""});
  }
  const RecordedScan whole = read(path);
  CHECK(sequences(whole) == up_to(frames));
  REQUIRE(whole.end);
  CHECK(whole.end->frames_sent == frames);
  std::vector<std::string> assumptions;
  const auto source = open_scan(path, assumptions);
  REQUIRE(source.ok());
  CHECK((*source)->frame_count() == frames);
  CHECK(assumptions.empty());
}

TEST_CASE("of a recording that a power cut left shorter, what is left is read and the rest may come again") {
  const TemporaryFolder folder;
  const auto path = killed_recording(folder, frames);
  const RecordedScan whole = read(path);
  const std::size_t frame_bytes = whole.frames[0].header.byte_count;
  std::uint64_t lost_from = 0;
  for (const auto& slot : whole.frames)
    if (slot.header.sequence == 8) lost_from = slot.offset;
  std::filesystem::resize_file(path, lost_from + frame_bytes / 2);

  const RecordedScan cut = read(path);
  CHECK(sequences(cut) == up_to(8));
  CHECK(cut.damaged.size() == 4);

  const auto writer = ScanFileWriter::reopen(path, cut.damaged);
  write(*writer, cut.start, 8, frames);
  writer->finish({"a", frames, ScanStatus::complete, ""});
  const RecordedScan mended = read(path);
  CHECK(sequences(mended) == up_to(frames));
  CHECK(mended.damaged.empty());
}

TEST_CASE("a frame whose pixels changed on the disk is damaged, and never read as if it were whole") {
  const TemporaryFolder folder;
  const auto path = killed_recording(folder, frames);
  const RecordedScan whole = read(path);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(whole.frames[3].offset + 5));
    file.put('\x7f');
  }
  CHECK_THAT(read_frame(whole, whole.frames[3]).error().text(),
             Contains(path.string()) && Contains("frame 3") && Contains("[crc]"));
  const RecordedScan changed = read(path);
  CHECK(changed.frames.size() == frames - 1);
  CHECK(changed.damaged == std::vector<std::uint64_t>{whole.frames[3].row});
  std::vector<std::string> assumptions;
  const auto source = open_scan(path, assumptions);
  REQUIRE(source.ok());
  CHECK_THAT((*source)->frame(3).error().text(), Contains(path.string()) && Contains("[crc]"));
}

TEST_CASE("what is no recording, or is cut before its tables, is named") {
  const TemporaryFolder folder;
  CHECK_THAT(read_recorded_scan(folder / "none.h5").error().text(), Contains("none.h5"));
  const auto text = folder.text("text.h5", "no recording");
  CHECK_THAT(read_recorded_scan(text).error().text(), Contains("text.h5"));
  const auto path = killed_recording(folder, frames);
  std::filesystem::resize_file(path, 20);
  CHECK_THAT(read_recorded_scan(path).error().text(), Contains("killed.h5"));
}
