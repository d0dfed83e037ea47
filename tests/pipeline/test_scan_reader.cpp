#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <map>
#include <random>

#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/scan_file.hpp"
#include "pipeline/files/scan_reader.hpp"
#include "tests/pipeline/file_fixtures.hpp"

using namespace phasecast;
using namespace phasecast::test;
using Catch::Matchers::Contains;

namespace {

struct Opened {
  std::unique_ptr<ScanSource> scan;
  std::string assumptions;
};

Opened open(const std::filesystem::path& path) {
  std::vector<std::string> said;
  auto scan = open_scan(path, said);
  INFO((scan.ok() ? "" : scan.error().text()));
  REQUIRE(scan.ok());
  std::string all;
  for (const std::string& one : said) all += one + "\n";
  return {std::move(scan).value(), all};
}

std::string error_of(const std::filesystem::path& path) {
  std::vector<std::string> said;
  const auto scan = open_scan(path, said);
  REQUIRE_FALSE(scan.ok());
  return scan.error().text();
}

Frame frame_of(ScanSource& scan, std::uint64_t k) {
  Result<Frame> frame = scan.frame(k);
  REQUIRE(frame.ok());
  return std::move(frame).value();
}

/// A foreign file, dataset by dataset; images hold 0, 1, 2, ... in `T`.
class ForeignFile {
 public:
  explicit ForeignFile(const std::filesystem::path& path) : file_(hdf5::File::create(path, 1000)) {}
  template <class T>
  ForeignFile& images(const std::string& name, const hdf5::Dims& dims, T first = 0) {
    std::size_t count = 1;
    for (const hsize_t n : dims) count *= n;
    std::vector<T> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(first + static_cast<T>(i % 100));
    hdf5::write_numbers<T>(file_, name, dims, values);
    return *this;
  }
  ForeignFile& numbers(const std::string& name, std::vector<double> values, const std::string& unit = "") {
    hdf5::write_numbers<double>(file_, name, {values.size()}, values);
    if (!unit.empty()) hdf5::set_attribute(file_, name, "units", unit);
    return *this;
  }
  ForeignFile& text(const std::string& name, const std::string& value) {
    hdf5::write_texts(file_, name, {value});
    return *this;
  }
  ForeignFile& group(const std::string& name) {
    file_.make_group(name, "");
    return *this;
  }
  void close() { file_.close(); }

 private:
  hdf5::File file_;
};

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

std::string order_of(ScanSource& scan) {
  std::string order;
  for (std::uint64_t k = 0; k < scan.frame_count(); ++k) {
    const FrameHeader header = frame_of(scan, k).header;
    CHECK(header.sequence == k);
    order += std::string(name_of(header.kind)).substr(0, 1) + std::to_string(header.energy_index) + "." +
             std::to_string(header.repeat) + " ";
  }
  return order;
}

}  // namespace

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
    const hdf5::File file = hdf5::File::create(folder / "scan.h5", 1000);
    hdf5::write_numbers<float>(file, "/img_xanes", {2, 20, 20}, values);
    hdf5::write_numbers<double>(file, "/X_eng", {2}, std::vector<double>{8.3, 8.4});
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
