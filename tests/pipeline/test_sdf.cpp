#include <catch2/catch.hpp>
#include <cstring>

#include "pipeline/files/scan_reader.hpp"
#include "pipeline/files/sdf_header.hpp"
#include "tests/pipeline/file_fixtures.hpp"
#include "tests/pipeline/scan_reading.hpp"

using namespace phasecast;
using namespace phasecast::test;
using Catch::Matchers::Contains;

namespace {

std::string header(const std::string& energies = "(3, 853.0, 857.75, 860.5)", const std::string& more = "") {
  return "\nScanDefinition = { Label = \"NS_1.hdr\"; Type = \"NEXAFS Image Scan\"; Flags = \"Image Stack\"; "
         "Dwell = 4;\n"
         "\tRegions = (1,\n{\n\t\t\tPAxis = { Name = \"Sample X\"; Unit = \"um\"; Min = 0; Max = 1; Dir = "
         "1;\n"
         "\t\t\t\tPoints = (3, 0.0, 0.5, 1.0);\n};\n\n\t\t\tQAxis = { Name = \"Sample Y\"; Unit = \"um\";\n"
         "\t\t\t\tPoints = (2, 7.0, 7.5);\n};\n});\n\n\tStackAxis = { Name = \"Energy\"; Unit = "
         "\"eV\";\n\t\tPoints = " +
         energies +
         ";\n};\n\n\tChannels = (1,\n{ Name = \"V/F\"; Unit = \"counts\";});\n};\n Time = \"2018 November 10 "
         "23:57:34\";\n" +
         more;
}

std::string image(int first) {
  std::string text;
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 3; ++x) text += std::to_string(first + 10 * y + x) + "\t";
    text += "\n";
  }
  return text;
}

/// A stack whose pixel (y, x) of energy e is 100 e + 10 y + x.
std::string stack(const TemporaryFolder& folder) {
  for (int e = 0; e < 3; ++e) (void)folder.text("s_a00" + std::to_string(e) + ".xim", image(100 * e));
  return folder.text("s.hdr", header());
}

std::vector<double> pixels_of(const Frame& frame) {
  std::vector<double> values(frame.pixels.bytes.size() / sizeof(double));
  std::memcpy(values.data(), frame.pixels.bytes.data(), frame.pixels.bytes.size());
  return values;
}

}  // namespace

TEST_CASE("a stack of SDF is counts of its .xim files, rows by QAxis, columns by PAxis") {
  const TemporaryFolder folder;
  ScanFindings found;
  const auto scan = open_scan(stack(folder), found);
  INFO((scan.ok() ? "" : scan.error().text()));
  REQUIRE(scan.ok());
  CHECK(found.layout == "SDF");
  CHECK(found.energies == "StackAxis in eV, as it says");
  CHECK(found.assumptions.empty());
  const ScanStart& start = (*scan)->start();
  CHECK(start.energies_ev == std::vector<double>{853.0, 857.75, 860.5});
  CHECK(start.shape == Shape{2, 3});
  CHECK(start.signal == Signal::counts);
  CHECK(start.pixel_size_um == Approx(0.5));
  CHECK(start.metadata.at("Time") == "2018 November 10 23:57:34");
  CHECK(order_of(**scan) == "s0.0 s1.0 s2.0 ");
  const Frame second = frame_of(**scan, 1);
  CHECK(second.header.exposure_s == Approx(0.004));
  CHECK(pixels_of(second) == std::vector<double>{100, 101, 102, 110, 111, 112});
}

TEST_CASE("an image of SDF that is not there is said, and its energy gets no frame") {
  const TemporaryFolder folder;
  const std::string path = stack(folder);
  std::filesystem::remove(folder / "s_a001.xim");
  const auto [scan, assumptions] = open(path);
  CHECK_THAT(assumptions, Contains("1 of 3 images are not there (s_a001.xim)"));
  CHECK(scan->start().energies_ev.size() == 3);
  CHECK(order_of(*scan) == "s0.0 s2.0 ");
  CHECK(scan->end().frames_sent == 2);
  std::filesystem::remove(folder / "s_a000.xim");
  std::filesystem::remove(folder / "s_a002.xim");
  CHECK_THAT(error_of(path), Contains("s.hdr") && Contains("s_a000.xim, s_a001.xim, s_a002.xim"));
}

TEST_CASE("images of SDF have the numbers of the header's own list, where it has one") {
  const TemporaryFolder folder;
  const std::string path = folder.text(
      "s.hdr", header("(2, 853.0000, 857.7500)",
                      "ImageScan = { EnergyRegions = (2,\n{ Points = 4;},\n{ Points = 30;});\n};\n"
                      "Image003_0 = {StorageRingCurrent = 0.00; Energy = 853.00; Time = \"2018 Nov 11\";};\n"
                      "Image019_0 = {StorageRingCurrent = 0.00; Energy = 857.75;};\n"));
  (void)folder.text("s_a003.xim", image(300));
  (void)folder.text("s_a019.xim", image(1900));
  const auto [scan, assumptions] = open(path);
  CHECK_THAT(assumptions, Contains("EnergyRegions plan 34 energies, StackAxis has 2"));
  CHECK(pixels_of(frame_of(*scan, 1)).front() == 1900);
}

TEST_CASE(
    "what is wrong with a stack of SDF is told with the file, the field or line, and what would be right") {
  const TemporaryFolder folder;
  const std::string path = stack(folder);
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = header();
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    (void)folder.text("s.hdr", text.replace(at, from.size(), to));
    return error_of(path);
  };
  CHECK_THAT(with("StackAxis", "StackedAxis"), Contains("s.hdr: field StackAxis is 'missing'"));
  CHECK_THAT(with("(3, 853.0", "(4, 853.0"),
             Contains("StackAxis.Points") && Contains("a count and as many values"));
  CHECK_THAT(with("853.0", "eight"), Contains("StackAxis.Points is 'eight'") && Contains("a number"));
  CHECK_THAT(with("Sample X", "Sample Y"), Contains("PAxis.Name") && Contains("whose PAxis is X"));
  CHECK_THAT(with("Unit = \"eV\"", "Unit = \"nm\""), Contains("in nm") && Contains("eV or keV"));
  CHECK_THAT(with("Unit = \"eV\"", "Unit = \"keV\""), Contains("853") && Contains("eV may be meant"));
  CHECK_THAT(with("\"V/F\"", "\"V/F"), Contains("s.hdr: field line"));
  CHECK_THAT(error_of(folder.text("s.hdr", "ScanDefinition = {")), Contains("a structure without end"));
  CHECK_THAT(error_of(folder.text("s.hdr", "ScanDefinition" + std::string(1000, '{'))), Contains("line 1"));
  CHECK_THAT(error_of(folder.text("s.hdr", "ScanDefinition = " + std::string(1000, '('))), Contains("deep"));

  (void)folder.text("s.hdr", header());
  const auto frame_with = [&](const std::string& text) {
    (void)folder.text("s_a002.xim", text);
    const auto opened = open(path);
    const auto frame = opened.scan->frame(2);
    REQUIRE_FALSE(frame.ok());
    return frame.error().text();
  };
  CHECK_THAT(frame_with("1\t2\t3\n4\t5\n"),
             Contains("s_a002.xim: field line 2 is '2 numbers'") && Contains("3, one per column"));
  CHECK_THAT(frame_with("1\t2\t3\n"), Contains("s_a002.xim is '1 rows', expected 2"));
  CHECK_THAT(frame_with("1\t2\t3\n4\t5\t6\n7\t8\t9\n"), Contains("line 3") && Contains("2 rows"));
  CHECK_THAT(frame_with("1\t2\t3\n4\tx\t6\n"), Contains("line 2") && Contains("a number"));
  CHECK_THAT(frame_with("1\t2\t3\n4\tnan\t6\n"), Contains("line 2") && Contains("a number"));
}
