#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <map>

#include "tests/pipeline/file_fixtures.hpp"
#include "tests/pipeline/foreign_file.hpp"
#include "tests/pipeline/scan_reading.hpp"

using namespace phasecast;
using namespace phasecast::test;
using Catch::Matchers::Contains;

namespace {

/// A scan whose images have type `Sample` and whose flat has type `Flat`.
template <class Sample, class Flat>
std::filesystem::path mixed_scan(const std::filesystem::path& path) {
  ForeignFile(path)
      .images<Sample>("/img_xanes", {2, 3, 4}, 1)
      .template images<Flat>("/img_bkg", {1, 3, 4}, 2)
      .numbers("/X_eng", {8.3, 8.4});
  return path;
}

/// Two checksums of an image that do not depend on how numpy adds.
std::string checksums(const Frame& frame) {
  std::uint32_t all = 0, weighted = 0;
  for (std::size_t i = 0; i < frame.pixels.bytes.size() / 4; ++i) {
    std::uint32_t word;
    std::memcpy(&word, frame.pixels.bytes.data() + 4 * i, 4);
    all ^= word;
    weighted += word * static_cast<std::uint32_t>(i + 1);
  }
  return std::to_string(all) + " " + std::to_string(weighted);
}

/// The frames of each kind have the pixels that h5py finds in its dataset, image by image.
void compare_with_h5py(ScanSource& scan, const std::string& path,
                       const std::map<FrameKind, std::string>& names) {
  if (!have_h5py()) return;
  std::string arguments = "images " + path;
  std::string found;
  for (const auto& [kind, name] : names) {
    arguments += " " + name;
    for (std::uint64_t k = 0; k < scan.frame_count(); ++k)
      if (const Frame frame = frame_of(scan, k); frame.header.kind == kind)
        found += name + " " + checksums(frame) + "\n";
  }
  const OracleAnswer answer = ask_oracle(arguments);
  REQUIRE(answer.right);
  CHECK(found == answer.text);
}

}  // namespace

TEST_CASE("the real FXI scan is counts with a flat per energy, as h5py reads them") {
  const std::string path = shared_data("scans/als_fe2p_fxi.h5");
  if (path.empty()) return;
  const auto [scan, assumptions] = open(path);
  const ScanStart& start = scan->start();
  CHECK_THAT(assumptions, Contains("X_eng has no unit") && Contains("taken as keV"));
  REQUIRE(start.energies_ev.size() == 123);
  CHECK(start.energies_ev.front() == Approx(700.0));
  CHECK(start.energies_ev.back() == Approx(730.353));
  CHECK(start.shape == Shape{125, 125});
  CHECK(start.pixel_type == PixelType::float32);
  CHECK(start.pixel_size_um == Approx(0.08));
  CHECK(start.signal == Signal::counts);
  CHECK(start.darks == CorrectionPlan{CorrectionUse::shared, 1});
  CHECK(start.flats == CorrectionPlan{CorrectionUse::per_energy, 1});
  CHECK(start.sample_repeats == 1);
  CHECK(scan->frame_count() == start.planned_frames());
  CHECK_THAT(order_of(*scan), Catch::Matchers::StartsWith("d0.0 f0.0 s0.0 f1.0 s1.0 "));
  compare_with_h5py(
      *scan, path,
      {{FrameKind::sample, "img_xanes"}, {FrameKind::flat, "img_bkg"}, {FrameKind::dark, "img_dark"}});
}

TEST_CASE("the real 32-ID scan is 2 energies with 3 repeats of flat and sample") {
  const std::string path = shared_data("scans/ssrl_nca_2energy_32id.h5");
  if (path.empty()) return;
  const auto [scan, assumptions] = open(path);
  const ScanStart& start = scan->start();
  CHECK(assumptions.empty());
  CHECK(start.energies_ev == std::vector<double>{8324, 8354});
  CHECK(start.shape == Shape{1024, 1024});
  CHECK(start.pixel_type == PixelType::uint16);
  CHECK(start.darks.use == CorrectionUse::none);
  CHECK(start.flats == CorrectionPlan{CorrectionUse::per_energy, 3});
  CHECK(start.sample_repeats == 3);
  CHECK(order_of(*scan) == "f0.0 f0.1 f0.2 s0.0 s0.1 s0.2 f1.0 f1.1 f1.2 s1.0 s1.1 s1.2 ");
  CHECK(frame_of(*scan, 11).header.start_utc_ns == 5'000'000'000);
  compare_with_h5py(*scan, path,
                    {{FrameKind::sample, "exchange/data"}, {FrameKind::flat, "exchange/data_flat"}});
}

TEST_CASE("a foreign file has the same id each time, and another one when its name or content differs") {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& name, std::uint16_t first, double last_energy) {
    ForeignFile(folder / name)
        .images<std::uint16_t>("/img_xanes", {2, 3, 4}, first)
        .images<std::uint16_t>("/img_bkg", {1, 3, 4}, 9)
        .numbers("/X_eng", {8.3, last_energy});
    return open(folder / name).scan->start().scan_id;
  };
  const std::string id = write("a.h5", 0, 8.4);
  CHECK(id.size() == 36);
  CHECK(open(folder / "a.h5").scan->start().scan_id == id);
  CHECK(write("b.h5", 0, 8.4) != id);
  std::filesystem::remove(folder / "a.h5");
  CHECK(write("a.h5", 1, 8.4) != id);
  std::filesystem::remove(folder / "a.h5");
  CHECK(write("a.h5", 0, 8.5) != id);
  std::filesystem::remove(folder / "a.h5");
  CHECK(write("a.h5", 0, 8.4) == id);
}

TEST_CASE("FXI: one flat serves all energies and comes before them") {
  const TemporaryFolder folder;
  const hdf5::Dims flat = GENERATE(hdf5::Dims{1, 3, 4}, hdf5::Dims{3, 4});
  ForeignFile(folder / "scan.h5")
      .images<std::uint16_t>("/img_xanes", {2, 3, 4})
      .images<std::uint16_t>("/img_bkg", flat, 50)
      .images<std::uint16_t>("/img_dark", {3, 3, 4})
      .numbers("/X_eng", {8300, 8400});
  const auto [scan, assumptions] = open(folder / "scan.h5");
  CHECK_THAT(assumptions, Contains("taken as eV"));
  CHECK(order_of(*scan) == "d0.0 d0.1 d0.2 f0.0 s0.0 s1.0 ");
  CHECK(scan->start().flats.use == CorrectionUse::shared);
  const Frame frame = frame_of(*scan, 3);
  CHECK(static_cast<int>(frame.pixels.bytes[2]) == 51);
}

TEST_CASE("FXI without flats: small values are transmission, large ones counts, and it is said") {
  const TemporaryFolder folder;
  std::vector<float> values(2 * 20 * 20, 0.7F);
  values[5] = GENERATE(1.0F, 1e9F);  // a single pixel with a dead flat decides nothing
  {
    hdf5::File file = hdf5::File::create(folder / "scan.h5", 1000);
    hdf5::write_numbers<float>(file, "/img_xanes", {2, 20, 20}, values);
    hdf5::write_numbers<double>(file, "/X_eng", {2}, std::vector<double>{8.3, 8.4});
    file.start_swmr();
  }
  const auto corrected = open(folder / "scan.h5");
  CHECK(corrected.scan->start().signal == Signal::transmission);
  CHECK(corrected.scan->start().flats.use == CorrectionUse::none);
  CHECK_THAT(corrected.assumptions, Contains("taken as transmission"));

  ForeignFile(folder / "counts.h5").images<float>("/img_xanes", {2, 20, 20}).numbers("/X_eng", {8.3, 8.4});
  const auto counts = open(folder / "counts.h5");
  CHECK(counts.scan->start().signal == Signal::counts);
  CHECK_THAT(counts.assumptions, Contains("taken as counts without flats"));
}

TEST_CASE("a units attribute decides over the size of the numbers") {
  const TemporaryFolder folder;
  const auto [unit, value] = GENERATE(table<std::string, double>({{"eV", 60.0}, {"KEV", 60.0}}));
  ForeignFile(folder / "scan.h5")
      .images<std::uint16_t>("/img_xanes", {2, 3, 4})
      .images<std::uint16_t>("/img_bkg", {1, 3, 4})
      .numbers("/X_eng", {value, value + 1}, unit);
  const auto [scan, assumptions] = open(folder / "scan.h5");
  CHECK(assumptions.empty());
  CHECK(scan->start().energies_ev[0] == (unit == "eV" ? 60.0 : 60000.0));
}

TEST_CASE("stacks of several types share the smallest type that holds them all") {
  const TemporaryFolder folder;
  const auto type_of = [](const std::filesystem::path& path) { return open(path).scan->start().pixel_type; };
  CHECK(type_of(mixed_scan<std::uint8_t, std::uint8_t>(folder / "a.h5")) == PixelType::uint8);
  CHECK(type_of(mixed_scan<std::uint8_t, std::uint32_t>(folder / "b.h5")) == PixelType::uint32);
  CHECK(type_of(mixed_scan<std::uint8_t, float>(folder / "c.h5")) == PixelType::float32);
  CHECK(type_of(mixed_scan<std::uint32_t, float>(folder / "d.h5")) == PixelType::float64);
  CHECK(type_of(mixed_scan<double, float>(folder / "e.h5")) == PixelType::float64);
  CHECK(type_of(mixed_scan<std::int64_t, std::uint8_t>(folder / "f.h5")) == PixelType::float64);
  const Frame flat = frame_of(*open(folder / "c.h5").scan, 0);
  float second = 0;
  std::memcpy(&second, flat.pixels.bytes.data() + 4, 4);
  CHECK(second == 3.0F);
}

TEST_CASE("32-ID: repeats count per energy, wherever in the file they lie") {
  const TemporaryFolder folder;
  ForeignFile(folder / "scan.h5")
      .group("/exchange")
      .images<std::uint16_t>("/exchange/data", {4, 5, 5})
      .images<std::uint16_t>("/exchange/data_flat", {4, 5, 5}, 7)
      .numbers("/exchange/energy", {8324, 8354, 8324, 8354});
  const auto scan = open(folder / "scan.h5").scan;
  CHECK(order_of(*scan) == "f0.0 f0.1 s0.0 s0.1 f1.0 f1.1 s1.0 s1.1 ");
  CHECK(static_cast<int>(frame_of(*scan, 3).pixels.bytes[0]) == 50);  // the third image of the file
}

TEST_CASE("what is wrong with a file is told with the dataset, what was found and what is right") {
  const TemporaryFolder folder;
  const auto path = folder / "scan.h5";
  ForeignFile file(path);
  const auto is = [&](const std::vector<std::string>& words) {
    file.close();
    const std::string text = error_of(path);
    CHECK_THAT(text, Contains("scan.h5"));
    for (const std::string& word : words) CHECK_THAT(text, Contains(word));
  };
  SECTION("no energies") {
    file.images<float>("/img_xanes", {2, 3, 4});
    is({"/X_eng", "[file]"});
  }
  SECTION("as many images as energies") {
    file.images<float>("/img_xanes", {4, 3, 2}).numbers("/X_eng", {8.3, 8.4});
    is({"/img_xanes", "[4, 3, 2]", "[2, Y, X]"});
  }
  SECTION("rank") {
    file.images<float>("/img_xanes", {2, 3, 4, 1}).numbers("/X_eng", {8.3, 8.4});
    is({"/img_xanes", "[2, 3, 4, 1]", "[n, Y, X]"});
  }
  SECTION("flats of another size") {
    file.images<float>("/img_xanes", {2, 3, 4}).numbers("/X_eng", {8.3, 8.4});
    file.images<float>("/img_bkg", {2, 4, 3});
    is({"/img_bkg", "[2, 4, 3]", "3 x 4 pixels, as in /img_xanes"});
  }
  SECTION("number of flats") {
    file.images<float>("/img_xanes", {3, 3, 4}).numbers("/X_eng", {8.3, 8.4, 8.5});
    file.images<float>("/img_bkg", {2, 3, 4});
    is({"/img_bkg", "[2, 3, 4]", "3 images, one per energy, or one for all"});
  }
  SECTION("text for images") {
    file.text("/img_xanes", "banana").numbers("/X_eng", {8.3});
    is({"/img_xanes", "not numbers"});
  }
  SECTION("text for energies") {
    file.images<float>("/img_xanes", {1, 3, 4}).text("/X_eng", "banana");
    is({"/X_eng", "not numbers", "a list of energies"});
  }
  SECTION("NaN energy") {
    file.images<float>("/img_xanes", {2, 3, 4}).numbers("/X_eng", {8.3, NAN});
    is({"/X_eng", "nan", "finite"});
  }
  SECTION("unit") {
    file.images<float>("/img_xanes", {2, 3, 4}).numbers("/X_eng", {1.3, 1.4}, "nm");
    is({"/X_eng", "in nm", "eV or keV"});
  }
  SECTION("pixel size") {
    file.images<float>("/img_xanes", {1, 3, 4}).numbers("/X_eng", {8.3}).text("/Pixel Size", "80 parsec");
    is({"/Pixel Size", "80 parsec", "'80nm'"});
  }
  SECTION("a group where images belong") {
    file.group("/img_xanes").numbers("/X_eng", {8.3});
    is({"/img_xanes", "cannot open"});
  }
  SECTION("32-ID images") {
    file.group("/exchange").images<float>("/exchange/data", {3, 4, 4});
    file.images<float>("/exchange/data_flat", {2, 4, 4}).numbers("/exchange/energy", {8300, 8400}, "eV");
    is({"/exchange/data", "[3, 4, 4]", "[2, Y, X], one image per entry of /exchange/energy"});
  }
  SECTION("32-ID uneven repeats") {
    file.group("/exchange").images<float>("/exchange/data", {3, 4, 4});
    file.images<float>("/exchange/data_flat", {3, 4, 4}).numbers("/exchange/energy", {8300, 8300, 8400});
    is({"/exchange/energy", "equally often"});
  }
  SECTION("32-ID without energies") {
    file.group("/exchange").images<float>("/exchange/data", {3, 4, 4});
    file.images<float>("/exchange/data_flat", {3, 4, 4});
    is({"/exchange/energy"});
  }
  SECTION("unknown layout") {
    file.images<float>("/stack", {3, 4, 4});
    is({"layout", "phasecast recording", "NSLS-II FXI (/img_xanes, /X_eng)", "APS 32-ID",
        "/exchange/data_flat"});
  }
}
