#include <catch2/catch.hpp>

#include "pipeline/files/unfinished.hpp"
#include "tests/pipeline/file_fixtures.hpp"

using namespace phasecast;
using namespace phasecast::test;
using Catch::Matchers::Contains;

namespace {

/// A folder of recordings, in a series of its own.
struct Output {
  TemporaryFolder folder;
  Output() { std::filesystem::create_directory(folder / "series"); }
  std::filesystem::path recording(const std::string& id) const {
    return folder.text("series/scan_" + id + ".h5", "pixels");
  }
  /// "a unfinished, b mapped"
  std::string found() const {
    std::string text;
    for (const auto& scan : find_unfinished(folder.path()))
      text += (text.empty() ? "" : ", ") + scan.recording.stem().string().substr(5) +
              (scan.mapped ? " mapped" : " unfinished");
    return text;
  }
};

}  // namespace

TEST_CASE("a restart finds the scans without a map, and the newest one with a map") {
  const Output output;
  UnfinishedMarks marks;
  CHECK(output.found().empty());
  marks.mark("a", output.recording("a"));
  CHECK(output.found() == "a unfinished");
  marks.mapped("a");
  CHECK(output.found() == "a mapped");
  marks.mark("b", output.recording("b"));
  CHECK(output.found() == "a mapped, b unfinished");
  marks.mapped("b");
  CHECK(output.found() == "b mapped");
}

TEST_CASE(
    "nothing is unfinished after an orderly end, and a map of another pipeline's scan changes nothing") {
  const Output output;
  UnfinishedMarks marks;
  marks.mark("a", output.recording("a"));
  marks.mapped("z");
  CHECK(output.found() == "a unfinished");
  marks.clear();
  CHECK(output.found().empty());
}

TEST_CASE("scans that never get a map do not pile up") {
  const Output output;
  UnfinishedMarks marks;
  for (char id = 'a'; id < 'l'; ++id) marks.mark({id}, output.recording({id}));
  CHECK(output.found() ==
        "d unfinished, e unfinished, f unfinished, g unfinished, h unfinished, i unfinished, j unfinished, "
        "k unfinished");
}

TEST_CASE("a scan that a restart has taken up again keeps its mark") {
  const Output output;
  const auto a = output.recording("a"), b = output.recording("b");
  {
    UnfinishedMarks died;
    died.mark("a", a);
    died.mapped("a");
    died.mark("b", b);
  }
  UnfinishedMarks marks;
  marks.mark("a", a);
  marks.mark("b", b);
  CHECK(output.found() == "a mapped, b unfinished");
  marks.mapped("b");
  CHECK(output.found() == "b mapped");
}

TEST_CASE("what died half made is removed, and nothing else") {
  const Output output;
  const auto kept = output.recording("a");
  output.folder.text("series/scan_b.h5.partial", "half");
  output.folder.text("series/scan_c.h5.unfinished", "its recording was never made");
  CHECK(output.found().empty());
  CHECK(std::filesystem::exists(kept));
  CHECK_FALSE(std::filesystem::exists(output.folder / "series/scan_b.h5.partial"));
  CHECK_FALSE(std::filesystem::exists(output.folder / "series/scan_c.h5.unfinished"));
}

TEST_CASE("a folder has one pipeline at a time") {
  const TemporaryFolder folder;
  {
    const FolderLock lock(folder.path());
    CHECK_THROWS_WITH(FolderLock(folder.path()),
                      Contains(folder.path().string()) && Contains("another pipeline"));
  }
  CHECK_NOTHROW(FolderLock(folder.path()));
}
