#include <catch2/catch.hpp>
#include <cstring>

#include "pipeline/files/scan_reader.hpp"
#include "tests/pipeline/file_fixtures.hpp"
#include "tests/pipeline/foreign_file.hpp"
#include "tests/pipeline/scan_reading.hpp"

using namespace phasecast;
using namespace phasecast::test;
using Catch::Matchers::Contains;

namespace {

/// Pixel (y, x) of energy e is 100 e + 10 y + x, whatever order the axes have in the file.
std::vector<std::uint16_t> telling(std::size_t energies, std::size_t height, std::size_t width, bool mantis) {
  std::vector<std::uint16_t> values;
  if (mantis) {
    for (std::size_t x = 0; x < width; ++x)
      for (std::size_t y = 0; y < height; ++y)
        for (std::size_t e = 0; e < energies; ++e)
          values.push_back(static_cast<std::uint16_t>(100 * e + 10 * y + x));
  } else {
    for (std::size_t e = 0; e < energies; ++e)
      for (std::size_t y = 0; y < height; ++y)
        for (std::size_t x = 0; x < width; ++x)
          values.push_back(static_cast<std::uint16_t>(100 * e + 10 * y + x));
  }
  return values;
}

void check_telling(ScanSource& scan, Shape shape) {
  REQUIRE(scan.start().shape == shape);
  for (std::uint64_t k = 0; k < scan.frame_count(); ++k) {
    const Frame frame = frame_of(scan, k);
    if (frame.header.kind != FrameKind::sample) continue;
    std::vector<std::uint16_t> pixels(shape.pixels());
    REQUIRE(frame.pixels.bytes.size() == 2 * pixels.size());
    std::memcpy(pixels.data(), frame.pixels.bytes.data(), frame.pixels.bytes.size());
    for (int y = 0; y < shape.height; ++y)
      for (int x = 0; x < shape.width; ++x)
        REQUIRE(pixels[static_cast<std::size_t>(y * shape.width + x)] ==
                100 * frame.header.energy_index + 10 * static_cast<unsigned>(y) + static_cast<unsigned>(x));
  }
}

const std::vector<double> three_kev{8.33, 8.34, 8.36};

}  // namespace

TEST_CASE("Data Exchange of the APS: images by energy, flats and darks under either name, energies in keV") {
  const TemporaryFolder folder;
  const auto [flats, darks] = GENERATE(table<const char*, const char*>(
      {{"/exchange/data_white", "/exchange/data_dark"}, {"/exchange/white_data", "/exchange/dark_data"}}));
  ForeignFile(folder / "scan.h5")
      .group("/exchange")
      .images<std::uint16_t>("/exchange/data", {3, 4, 5}, telling(3, 4, 5, false))
      .images<std::uint16_t>(flats, {3, 4, 5}, std::uint16_t{500})
      .images<std::uint16_t>(darks, {2, 4, 5})
      .numbers("/exchange/energy", three_kev);
  ScanFindings found;
  const auto scan = open_scan(folder / "scan.h5", found);
  REQUIRE(scan.ok());
  CHECK(found.layout == "Data Exchange");
  CHECK_THAT(found.images, Contains("/exchange/data [3, 4, 5] is [energy:y:x]"));
  CHECK_THAT(found.energies, Contains("taken as keV"));
  CHECK_THAT(found.signal, Contains(std::string("counts, as ") + flats));
  const ScanStart& start = (*scan)->start();
  CHECK(start.energies_ev == std::vector<double>{8330, 8340, 8360});
  CHECK(start.signal == Signal::counts);
  CHECK(order_of(**scan) == "d0.0 d0.1 f0.0 s0.0 f1.0 s1.0 f2.0 s2.0 ");
  check_telling(**scan, {4, 5});
}

TEST_CASE("Data Exchange of Mantis: [X, Y, E], as its axes say, comes out in rows") {
  const TemporaryFolder folder;
  const std::string axes = GENERATE("x:y", "x:y:energy", "x:y:z", "x, y, energy");
  ForeignFile(folder / "scan.h5")
      .group("/exchange")
      .images<std::uint16_t>("/exchange/data", {5, 4, 3}, telling(3, 4, 5, true))
      .said("/exchange/data", "axes", {axes})
      .images<std::uint16_t>("/exchange/white_data", {5, 4, 3}, std::uint16_t{500})
      .numbers("/exchange/energy", {8330, 8340, 8360}, "ev")
      .numbers("/exchange/x", {0, 0.5, 1, 1.5, 2}, "um")
      .numbers("/exchange/y", {0, 0.5, 1, 1.5}, "um");
  const auto [scan, assumptions] = open(folder / "scan.h5");
  CHECK(assumptions.empty());
  CHECK(scan->start().pixel_size_um == Approx(0.5));
  check_telling(*scan, {4, 5});
}

TEST_CASE("Data Exchange: optical densities that Mantis saved are absorbance, in its order of axes") {
  const TemporaryFolder folder;
  ForeignFile(folder / "scan.h5")
      .group("/exchange")
      .images<std::uint16_t>("/exchange/data", {5, 4, 3})
      .said("/exchange/data", "axes", {"x:y"})
      .numbers("/exchange/energy", {280, 285, 290}, "eV")
      .group("/spectromicroscopy")
      .images<std::uint16_t>("/spectromicroscopy/optical_density", {5, 4, 3}, telling(3, 4, 5, true));
  const auto [scan, assumptions] = open(folder / "scan.h5");
  CHECK(scan->start().signal == Signal::absorbance);
  CHECK_THAT(assumptions, Contains("/spectromicroscopy/optical_density is read instead of /exchange/data"));
  check_telling(*scan, {4, 5});
}

TEST_CASE(
    "Data Exchange without flats: told by its description, by a person, or by how it changes, and said") {
  const TemporaryFolder folder;
  ForeignFile file(folder / "scan.h5");
  file.group("/exchange").numbers("/exchange/energy", {7100, 7110, 7120}, "eV");
  std::vector<std::string> said;
  SECTION("optical density") {
    file.images<float>("/exchange/data", {3, 4, 5})
        .said("/exchange/data", "description", {"Optical Density"})
        .close();
    const auto scan = open_scan(folder / "scan.h5", said);
    CHECK((*scan)->start().signal == Signal::absorbance);
    CHECK(said.empty());
  }
  SECTION("by a person") {
    file.images<float>("/exchange/data", {3, 4, 5}).close();
    const auto scan = open_scan(folder / "scan.h5", said, {{}, Signal::transmission});
    CHECK((*scan)->start().signal == Signal::transmission);
    CHECK(said.empty());
  }
  SECTION("brighter beyond the edge") {
    file.images<float>("/exchange/data", {3, 4, 5}).close();  // 0, 1, 2, ... 59
    const auto scan = open_scan(folder / "scan.h5", said);
    CHECK((*scan)->start().signal == Signal::absorbance);
    CHECK_THAT(said.at(0), Contains("brighter") && Contains("taken as absorbance"));
  }
  SECTION("what a file with flats is, nobody else may say") {
    file.images<float>("/exchange/data", {3, 4, 5}).images<float>("/exchange/data_white", {1, 4, 5}).close();
    const auto scan = open_scan(folder / "scan.h5", said, {{}, Signal::absorbance});
    REQUIRE_FALSE(scan.ok());
    CHECK_THAT(scan.error().text(), Contains("/exchange/data_white") && Contains("the file says it itself"));
  }
}

TEST_CASE("what is wrong with a Data Exchange file is told with what would be right") {
  const TemporaryFolder folder;
  const auto path = folder / "scan.h5";
  ForeignFile file(path);
  file.group("/exchange");
  const auto is = [&](const std::vector<std::string>& words) {
    file.close();
    const std::string text = error_of(path);
    for (const std::string& word : words) CHECK_THAT(text, Contains(word));
    CHECK_THAT(text, Contains("scan.h5"));
  };
  SECTION("axes of Mantis that are not declared") {
    file.images<float>("/exchange/data", {5, 4, 3}).numbers("/exchange/energy", {8330, 8340, 8360});
    is({"/exchange/data is '[5, 4, 3]'", "3 images", "axes 'x:y:energy' would fit"});
  }
  SECTION("axes declared the wrong way round") {
    file.images<float>("/exchange/data", {3, 4, 5}).said("/exchange/data", "axes", {"x:y"});
    file.numbers("/exchange/energy", {8330, 8340, 8360});
    is({"[3, 4, 5]", "along x:y:energy", "axes 'energy:y:x' would fit"});
  }
  SECTION("x and y swapped") {
    file.images<float>("/exchange/data", {3, 4, 5}).said("/exchange/data", "axes", {"energy:x:y"});
    file.numbers("/exchange/energy", {8330, 8340, 8360}).numbers("/exchange/x", {0, 1, 2, 3, 4});
    is({"/exchange/data is '[3, 4, 5]'", "5 along dimension 1, as /exchange/x has", "energy:x:y"});
  }
  SECTION("a tomogram") {
    file.images<float>("/exchange/data", {3, 4, 5}).said("/exchange/data", "axes", {"theta:y:x"});
    file.numbers("/exchange/energy", {8330, 8340, 8360});
    is({"/exchange/data@axes", "theta:y:x", "energy, y and x, each once"});
  }
  SECTION("no energies") {
    file.images<float>("/exchange/data", {3, 4, 5});
    is({"/exchange/energy", "cannot open"});
  }
  SECTION("energies in another unit than is said") {
    file.images<float>("/exchange/data", {3, 4, 5}).numbers("/exchange/energy", {8330, 8340, 8360}, "keV");
    is({"/exchange/energy", "8330000", "10 eV to 200 keV; eV may be meant"});
  }
  SECTION("keV that are said to be eV") {
    file.images<float>("/exchange/data", {3, 4, 5}).numbers("/exchange/energy", three_kev, "eV");
    is({"/exchange/energy", "8.33", "10 eV to 200 keV; keV may be meant"});
  }
  SECTION("number of flats") {
    file.images<float>("/exchange/data", {3, 4, 5}).images<float>("/exchange/data_white", {2, 4, 5});
    file.numbers("/exchange/energy", three_kev);
    is({"/exchange/data_white", "[2, 4, 5]", "3 images, one per energy, or one for all"});
  }
  SECTION("text for images") {
    file.text("/exchange/data", "banana").numbers("/exchange/energy", three_kev);
    is({"/exchange/data"});
  }
  SECTION("four dimensions") {
    file.images<float>("/exchange/data", {3, 2, 4, 5}).numbers("/exchange/energy", three_kev);
    is({"/exchange/data", "each once"});
  }
}

namespace {

/// As PolLux writes them: a list of axes, positions in µm, the energies beside the data.
ForeignFile& nxstxm(ForeignFile& file, const std::string& entry, const std::vector<std::string>& axes,
                    const hdf5::Dims& dims, const std::vector<std::uint16_t>& pixels) {
  const std::string group = entry + "/counter0";
  return file.group(entry)
      .said(entry, "NX_class", {"NXentry"})
      .text(entry + "/definition", "NXstxm")
      .text(entry + "/title", "a sample")
      .group(group)
      .said(group, "NX_class", {"NXdata"})
      .said(group, "signal", {"data"})
      .said(group, "axes", axes)
      .images<std::uint16_t>(group + "/data", dims, pixels)
      .numbers(group + "/energy", {280, 284.5, 320}, "eV")
      .numbers(group + "/sample_x", {0, 0.5, 1, 1.5, 2}, "\u03bcm")
      .numbers(group + "/sample_y", {7, 7.5, 8, 8.5}, "\u03bcm")
      .numbers(group + "/count_time", {0.01, 0.02, 0.03}, "s");
}

}  // namespace

TEST_CASE("NXstxm is read by its axes, in any order, with positions, exposures and title") {
  const TemporaryFolder folder;
  const bool mantis = GENERATE(false, true);  // which writes them the other way round
  {
    ForeignFile file(folder / "scan.h5");
    if (mantis)
      nxstxm(file, "/entry1", {"sample_x", "sample_y", "energy"}, {5, 4, 3}, telling(3, 4, 5, true));
    else
      nxstxm(file, "/entry1", {"energy", "sample_y", "sample_x"}, {3, 4, 5}, telling(3, 4, 5, false));
  }
  ScanFindings found;
  const auto scan = open_scan(folder / "scan.h5", found);
  REQUIRE(scan.ok());
  CHECK(found.layout == "NXstxm");
  CHECK_THAT(found.energies, Contains("in eV, as its units say"));
  const ScanStart& start = (*scan)->start();
  CHECK(start.energies_ev == std::vector<double>{280, 284.5, 320});
  CHECK(start.signal == Signal::counts);
  CHECK(start.flats.use == CorrectionUse::none);
  CHECK(start.pixel_size_um == Approx(0.5));
  CHECK(start.metadata.at("title") == "a sample");
  CHECK(frame_of(**scan, 2).header.exposure_s == Approx(0.03));
  check_telling(**scan, {4, 5});
}

TEST_CASE("NXstxm of several regions: the first is read, and it is said") {
  const TemporaryFolder folder;
  {
    ForeignFile file(folder / "scan.h5");
    nxstxm(file, "/entry1", {"energy", "sample_y", "sample_x"}, {3, 4, 5}, telling(3, 4, 5, false));
    nxstxm(file, "/entry2", {"energy", "sample_y", "sample_x"}, {3, 4, 5}, telling(3, 4, 5, false));
  }
  CHECK_THAT(open(folder / "scan.h5").assumptions, Contains("2 regions: /entry1 is read"));
}

TEST_CASE("NXstxm with axes that its positions contradict is refused with both") {
  const TemporaryFolder folder;
  {
    ForeignFile file(folder / "scan.h5");
    nxstxm(file, "/entry1", {"energy", "sample_x", "sample_y"}, {3, 4, 5}, telling(3, 4, 5, false));
  }
  CHECK_THAT(error_of(folder / "scan.h5"), Contains("/entry1/counter0/data is '[3, 4, 5]'") &&
                                               Contains("sample_y has") &&
                                               Contains("energy:sample_x:sample_y"));
  {
    ForeignFile file(folder / "line.h5");
    nxstxm(file, "/entry1", {"energy", "line_position"}, {3, 4, 5}, telling(3, 4, 5, false));
  }
  CHECK_THAT(error_of(folder / "line.h5"), Contains("/entry1/counter0@axes") && Contains("line_position"));
}
