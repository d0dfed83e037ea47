#include <catch2/catch.hpp>
#include <cstring>
#include <random>

#include "pipeline/files/compound_file.hpp"
#include "pipeline/files/failure.hpp"
#include "pipeline/files/scan_reader.hpp"
#include "pipeline/files/xrm_name.hpp"
#include "tests/pipeline/compound_fixture.hpp"
#include "tests/pipeline/file_fixtures.hpp"
#include "tests/pipeline/scan_reading.hpp"

using namespace phasecast;
using namespace phasecast::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::uint32_t width = 50, height = 45;  // its pixels are more than a small stream holds

/// Pixel k is first + k.
CompoundWriter image(std::uint16_t first, float exposure = 0.5F, float energy = 0) {
  std::string pixels;
  for (std::uint32_t k = 0; k < width * height; ++k) {
    const auto value = static_cast<std::uint16_t>(first + k);
    pixels.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  CompoundWriter writer;
  writer.number("ImageInfo/ImageWidth", width).number("ImageInfo/ImageHeight", height);
  writer.number("ImageInfo/DataType", std::uint32_t{5}).number("ImageInfo/ImagesTaken", std::uint32_t{1});
  writer.number("ImageInfo/Energy", energy).number("ImageInfo/ExpTimes", exposure);
  writer.number("ImageInfo/PixelSize", 0.0312F);
  writer.stream("ImageInfo/Date", std::string("05/29/16 15:03:16\0\xbf\x04", 20)).number("Version", 4.0F);
  writer.stream("ImageData1/Image1", pixels);
  return writer;
}

std::string name(double energy, const std::string& repeat, const std::string& flat = "") {
  char text[100];
  std::snprintf(text, sizeof text, "rep01_%s20161456_sample_%07.1f_eV_%s.xrm", flat.c_str(), energy,
                repeat.c_str());
  return text;
}

/// Two energies with two repeats and a flat each.
void write_series(const TemporaryFolder& folder) {
  std::uint16_t first = 0;
  for (const double energy : {8324.0, 8333.5}) {
    image(first += 1000, 0.3F).write(folder / name(energy, "001of001", "000051_ref_"));
    for (const char* repeat : {"001of002", "002of002"})
      image(first += 1000).write(folder / name(energy, repeat));
  }
}

std::uint16_t first_pixel(ScanSource& scan, std::uint64_t k) {
  const Frame frame = frame_of(scan, k);
  REQUIRE(frame.pixels.bytes.size() == 2 * width * height);
  std::uint16_t value = 0;
  std::memcpy(&value, frame.pixels.bytes.data(), sizeof value);
  return value;
}

}  // namespace

TEST_CASE("the name of an .xrm file tells energy, flat, repeat and what its scan has in common") {
  const auto flat = read_xrm_name("rep01_000051_ref_20161456_a-b_08324.0_eV_002of010");
  CHECK(flat.flat);
  CHECK(flat.energy_ev == 8324.0);
  CHECK(flat.repeat == 2);
  CHECK(flat.repeats == 10);
  const auto sample = read_xrm_name("rep01_20161456_a-b_08333.5_eV_001of003");
  CHECK_FALSE(sample.flat);
  CHECK(sample.energy_ev == 8333.5);
  CHECK(sample.series == flat.series);
  CHECK(read_xrm_name("rep02_20161456_a-b_08333.5_eV_001of003").series != flat.series);

  CHECK(read_xrm_name("fov1_xanes_8324_5eV").energy_ev == 8324.5);
  CHECK(read_xrm_name("ref_xanes_8324_5eV").flat);
  CHECK(read_xrm_name("xanes_285.25eV").energy_ev == 285.25);
  CHECK_FALSE(read_xrm_name("reference_sample_17").energy_ev);
  CHECK_FALSE(read_xrm_name("preference_7100eV").flat);
}

TEST_CASE("a series of .xrm files is one scan, opened by its folder or by any of its files") {
  const TemporaryFolder folder;
  write_series(folder);
  const auto path = GENERATE(as<std::string>(), "", "a flat", "a sample");
  ScanFindings found;
  const auto scan = open_scan(
      path.empty()
          ? folder.path()
          : folder / (path == "a flat" ? name(8333.5, "001of001", "000051_ref_") : name(8324, "002of002")),
      found);
  INFO((scan.ok() ? "" : scan.error().text()));
  REQUIRE(scan.ok());
  CHECK(found.layout == "Xradia .xrm series");
  const ScanStart& start = (*scan)->start();
  CHECK(start.energies_ev == std::vector<double>{8324, 8333.5});
  CHECK(start.shape == Shape{height, width});
  CHECK(start.pixel_type == PixelType::uint16);
  CHECK(start.pixel_size_um == Approx(0.0312));
  CHECK(start.signal == Signal::counts);
  CHECK(start.flats == CorrectionPlan{CorrectionUse::per_energy, 1});
  CHECK(start.sample_repeats == 2);
  CHECK(start.metadata.at("date") == "05/29/16 15:03:16");
  CHECK(order_of(**scan) == "f0.0 s0.0 s0.1 f1.0 s1.0 s1.1 ");
  for (std::uint64_t k = 0; k < 6; ++k) CHECK(first_pixel(**scan, k) == 1000 * (k + 1));
  CHECK(frame_of(**scan, 1).header.exposure_s == Approx(0.5));
  REQUIRE(found.assumptions.size() == 1);
  CHECK_THAT(found.assumptions[0], Contains("flats are of 0.3 s, images of 0.5 s"));
}

TEST_CASE("images of a series that are announced and not there are said, and nothing stands in for them") {
  const TemporaryFolder folder;
  write_series(folder);
  (void)folder.text("ScanInfo_1.txt", "VERSION 1\nFILES\n" + name(8324, "001of002") + "\n" +
                                          name(8324, "002of002") + "\n" + name(8350, "001of002") + "\r\n");
  std::filesystem::remove(folder / name(8324, "001of001", "000051_ref_"));
  std::filesystem::remove(folder / name(8333.5, "001of002"));
  const auto [scan, assumptions] = open(folder.path());
  CHECK(order_of(*scan) == "s0.0 s0.1 f1.0 s1.0 ");
  CHECK_THAT(assumptions, Contains("1 sample images that names announce are not there"));
  CHECK_THAT(assumptions, Contains("1 of 2 energies have no flat, the first 8324"));
  CHECK_THAT(assumptions, Contains("ScanInfo_1.txt: 1 of 3 images are not there, the first of them " +
                                   name(8350, "001of002")));
}

TEST_CASE("what is wrong with a series of .xrm files is told with the file and what would be right") {
  const TemporaryFolder folder;
  SECTION("a folder of two scans") {
    image(1).write(folder / "rep01_a_8324.0_eV_001of001.xrm");
    image(1).write(folder / "rep02_a_8324.0_eV_001of001.xrm");
    CHECK_THAT(error_of(folder.path()),
               Contains("2 scans: rep01_a, rep02_a") && Contains("one file of the scan"));
    CHECK(open(folder / "rep01_a_8324.0_eV_001of001.xrm").scan->frame_count() == 1);
  }
  SECTION("no energy anywhere") {
    image(1).write(folder / "image.xrm");
    CHECK_THAT(error_of(folder / "image.xrm"),
               Contains("ImageInfo/Energy is '0'") && Contains("NAME_08324.0_eV"));
  }
  SECTION("an energy inside alone") {
    image(1, 0.5F, 8333).write(folder / "image.xrm");
    CHECK(open(folder / "image.xrm").scan->start().energies_ev == std::vector<double>{8333});
  }
  SECTION("two energies") {
    image(1, 0.5F, 7112).write(folder / "a_8333.0eV.xrm");
    const auto [scan, assumptions] = open(folder / "a_8333.0eV.xrm");
    CHECK_THAT(assumptions, Contains("7112") && Contains("8333") && Contains("is taken"));
  }
  SECTION("flats alone") {
    image(1).write(folder / "ref_a_8333.0eV.xrm");
    CHECK_THAT(error_of(folder.path()), Contains("flats alone") && Contains("images of the sample"));
  }
  SECTION("another size") {
    image(1).write(folder / "a_8333.0eV.xrm");
    image(1).number("ImageInfo/ImageWidth", std::uint32_t{49}).write(folder / "a_8334.0eV.xrm");
    CHECK_THAT(error_of(folder.path()),
               Contains("a_8334.0eV.xrm") && Contains("45 x 49") && Contains("45 x 50"));
  }
  SECTION("another type") {
    image(1).number("ImageInfo/DataType", std::uint32_t{3}).write(folder / "a_8333.0eV.xrm");
    CHECK_THAT(error_of(folder.path()), Contains("ImageInfo/DataType is '3'") && Contains("10 (floats)"));
  }
  SECTION("several images in a file") {
    image(1).number("ImageInfo/ImagesTaken", std::uint32_t{3}).write(folder / "a_8333.0eV.xrm");
    CHECK_THAT(error_of(folder.path()), Contains("ImagesTaken is '3'") && Contains("one image a file"));
  }
  SECTION("fewer pixels than the size says") {
    image(1).stream("ImageData1/Image1", std::string(5000, 'x')).write(folder / "a_8333.0eV.xrm");
    CHECK_THAT(error_of(folder.path()), Contains("ImageData1/Image1 is '5000 bytes'") && Contains("4500"));
  }
  SECTION("no size") {
    CompoundWriter().number("ImageInfo/DataType", 5).write(folder / "a_8333.0eV.xrm");
    CHECK_THAT(error_of(folder.path()), Contains("ImageInfo/ImageHeight is 'missing'"));
  }
  SECTION("cut short") {
    image(1).write(folder / "a_8333.0eV.xrm");
    const auto whole = std::filesystem::file_size(folder / "a_8333.0eV.xrm");
    for (std::uintmax_t size = 8; size < whole; size += 509) {
      std::filesystem::resize_file(folder / "a_8333.0eV.xrm", size);
      CHECK_THAT(error_of(folder / "a_8333.0eV.xrm"), Contains("a_8333.0eV.xrm"));
      image(1).write(folder / "a_8333.0eV.xrm");
    }
  }
}

TEST_CASE("streams of a compound file come back as they were, small and large, however deep its table") {
  const TemporaryFolder folder;
  std::mt19937 random(GENERATE(range(1U, 4U)));
  CompoundWriter writer;
  std::map<std::string, std::string> streams;
  for (const char* path : {"a", "b", "one/c", "one/d", "two/e", "two/f"}) {
    std::string content(random() % 2 == 0 ? random() % 4096 : random() % 100'000, '\0');
    for (char& c : content) c = static_cast<char>(random());
    streams[path] = content;
    writer.stream(path, content);
  }
  writer.write(folder / "file");
  CompoundFile file(folder / "file");
  for (const auto& [path, content] : streams) {
    const auto bytes = file.read(path);
    REQUIRE(bytes.size() == content.size());
    CHECK(std::memcmp(bytes.data(), content.data(), content.size()) == 0);
  }
  CHECK_FALSE(file.has("one"));
  CHECK_THROWS_AS(file.read("one/e"), Failure);
}

TEST_CASE("a compound file whose chains or tree run in circles is refused") {
  const TemporaryFolder folder;
  const std::string sound = image(1).bytes();
  std::mt19937 random(7);
  int refused = 0;
  for (int copy = 0; copy < 300; ++copy) {
    std::string bytes = sound;
    for (int k = 0; k < 4; ++k) {  // any word may become any small number: most of the structure is such
      const std::uint32_t value = static_cast<std::uint32_t>(random() % 40);
      std::memcpy(&bytes[random() % (bytes.size() / 4) * 4], &value, 4);
    }
    (void)folder.text("a_8333.0eV.xrm", bytes);
    std::vector<std::string> said;
    const auto scan = open_scan(folder / "a_8333.0eV.xrm", said);
    if (scan.ok()) continue;
    ++refused;
    CHECK(scan.error().where.find("a_8333.0eV.xrm") != std::string::npos);
  }
  CHECK(refused > 10);
  std::string circle = sound;
  const std::uint32_t own = 0;
  std::memcpy(&circle[circle.size() - 512], &own, 4);  // the table's first sector follows itself
  (void)folder.text("a_8333.0eV.xrm", circle);
  CHECK_THAT(error_of(folder / "a_8333.0eV.xrm"), Contains("without end") || Contains("chain"));
}
