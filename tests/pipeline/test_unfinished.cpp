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

TEST_CASE("a restart finds the drift of the newest scan with a map, to the last bit, and no older one's",
          "[register]") {
  const Output output;
  const std::vector<Drift> drift{{3, 1.0 / 3, -2e-17, 1 + 1e-15, 0.7, true}, {0, -4.25, 5, 1, 0, false}};
  UnfinishedMarks marks;
  const auto a = output.recording("a"), b = output.recording("b");
  marks.mark("a", a);
  marks.mapped("a", {{0, 1, 1, 1, 1, true}});
  marks.mark("b", b);
  marks.mapped("b", drift);
  const auto found = find_unfinished(output.folder.path());
  REQUIRE(found.size() == 1);
  REQUIRE(found[0].drift.size() == 2);
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(found[0].drift[k].energy_index == drift[k].energy_index);
    CHECK(found[0].drift[k].x == drift[k].x);
    CHECK(found[0].drift[k].y == drift[k].y);
    CHECK(found[0].drift[k].magnification == drift[k].magnification);
    CHECK(found[0].drift[k].quality == drift[k].quality);
    CHECK(found[0].drift[k].trusted == drift[k].trusted);
  }
  CHECK_FALSE(std::filesystem::exists(a.string() + ".drift"));
  output.folder.text("series/scan_b.h5.drift", "3 0.1 0.2 what 0.7 1\n");
  CHECK(find_unfinished(output.folder.path())[0].drift.empty());
  marks.clear();
  CHECK_FALSE(std::filesystem::exists(b.string() + ".drift"));
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
