#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <limits>

#include "messages/wire/limits.hpp"
#include "pipeline/files/scan_reader.hpp"
#include "pipeline/recorder.hpp"
#include "tests/pipeline/file_fixtures.hpp"
#include "tests/small_scan.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

constexpr std::size_t frames = 12;

std::uint64_t frames_in(const std::filesystem::path& path) {
  std::vector<std::string> assumptions;
  const auto scan = open_scan(path, assumptions);
  if (!scan) FAIL(scan.error().text());
  return (*scan)->frame_count();
}

/// Names as they appear in a folder.
class Appearances {
 public:
  explicit Appearances(const std::filesystem::path& folder)
      : events_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    REQUIRE(inotify_add_watch(events_, folder.c_str(), IN_CREATE | IN_MOVED_TO) >= 0);
  }
  ~Appearances() { close(events_); }
  Appearances(const Appearances&) = delete;

  std::vector<std::string> so_far() const {
    std::vector<std::string> names;
    alignas(inotify_event) std::array<char, 1 << 14> buffer;
    const ssize_t length = read(events_, buffer.data(), buffer.size());
    for (ssize_t at = 0; at < length;) {
      const auto* event = reinterpret_cast<const inotify_event*>(&buffer[static_cast<std::size_t>(at)]);
      names.emplace_back(event->name);
      at += static_cast<ssize_t>(sizeof *event + event->len);
    }
    return names;
  }

 private:
  int events_;
};

}  // namespace

TEST_CASE("a recording has its mark before it has its name: a restart after any kill goes on with it") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "series");
  const Appearances appearances(folder.path() / "series");
  Ledger ledger;
  {
    Recorder recorder({.output = folder.path(), .described = {}}, ledger);
    recorder.record(ScanOpened{std::make_shared<const ScanStart>(small_scan("a", frames - 2))});
  }
  const auto names = appearances.so_far();
  const auto mark = std::find(names.begin(), names.end(), "scan_000_a.h5.unfinished"),
             file = std::find(names.begin(), names.end(), "scan_000_a.h5");
  REQUIRE(file != names.end());
  CHECK(mark < file);
  CHECK(std::count(names.begin(), names.end(), "scan_000_a.h5") == 1);  // once it can be read
}

TEST_CASE("every frame is recorded, also one that comes when its scan's file is closed already") {
  TemporaryFolder folder;
  Ledger ledger;
  std::vector<std::filesystem::path> files;
  {
    Recorder recorder({.output = folder.path(), .described = {}}, ledger);
    const auto scan = std::make_shared<const ScanStart>(small_scan("a", frames - 2));
    recorder.record(ScanOpened{scan});
    for (std::uint64_t k = 0; k + 1 < frames; ++k)
      recorder.record(AdmittedFrame{scan, small_frame(*scan, k), false, nullptr});
    recorder.record(ScanClosed{scan, {"a", frames, ScanStatus::complete, ""}, true, frames - 1, 1, 0});
    recorder.record(AdmittedFrame{scan, small_frame(*scan, frames - 1), true, nullptr});
    files.push_back(folder.path() / "series" / "scan_000_a.h5");
  }
  CHECK(ledger.snapshot().errors.empty());
  CHECK(ledger.snapshot().counters.recorded == frames);
  CHECK(frames_in(files[0]) == frames);
}

TEST_CASE("a finished recorder names the files of everything that was recorded") {
  constexpr int scans = 20;
  TemporaryFolder folder;
  Ledger ledger;
  Recorder recorder({.output = folder.path(), .described = {}}, ledger);
  for (int k = 0; k < scans; ++k) {
    const auto scan = std::make_shared<const ScanStart>(small_scan(std::to_string(k), frames - 2));
    recorder.record(ScanOpened{scan});
    recorder.record(AdmittedFrame{scan, small_frame(*scan, 0), false, nullptr});
    recorder.record(ScanClosed{scan, {scan->scan_id, 1, ScanStatus::complete, ""}, true, 1, 0, 0});
  }
  recorder.finish();
  CHECK(ledger.snapshot().errors.empty());
  REQUIRE(recorder.files().size() == scans);
  for (const auto& file : recorder.files()) CHECK(frames_in(file) == 1);
}

TEST_CASE("the longest ids that a message may carry make a file name that the system takes") {
  TemporaryFolder folder;
  Ledger ledger;
  ScanStart longest = small_scan(std::string(limits::id_bytes, 'a'), frames - 2);
  longest.series_id = std::string(limits::id_bytes, 'b');
  longest.scan_index = std::numeric_limits<std::uint32_t>::max();
  const auto scan = std::make_shared<const ScanStart>(longest);
  Recorder recorder({.output = folder.path(), .described = {}}, ledger);
  recorder.record(ScanOpened{scan});
  recorder.record(AdmittedFrame{scan, small_frame(*scan, 0), false, nullptr});
  recorder.record(ScanClosed{scan, {scan->scan_id, 1, ScanStatus::complete, ""}, true, 1, 0, 0});
  recorder.finish();
  CHECK(ledger.snapshot().errors.empty());
  REQUIRE(recorder.files().size() == 1);
  const auto file = recorder.files().front();
  CHECK(file.filename() == "scan_4294967295_" + longest.scan_id + ".h5");
  CHECK(file.parent_path() == folder.path() / longest.series_id);
  CHECK(frames_in(file) == 1);
}

TEST_CASE("a full disk holds the recorder up, and nothing is lost once there is room") {
  SmallDisk disk(4 << 20);
  if (!disk.mounted()) {
    WARN("skipped: this test may not mount a small disk");
    return;
  }
  Ledger ledger;
  {
    disk.fill();
    Recorder recorder({.output = disk / "data", .described = {}}, ledger);
    const auto scan = std::make_shared<const ScanStart>(small_scan("a", frames - 2));
    recorder.record(ScanOpened{scan});
    for (std::uint64_t k = 0; k < frames; ++k)
      recorder.record(AdmittedFrame{scan, small_frame(*scan, k), false, nullptr});
    disk.free_space();
  }
  CHECK(ledger.snapshot().counters.recorded == frames);
  CHECK(frames_in(disk / "data/series/scan_000_a.h5") == frames);
}
