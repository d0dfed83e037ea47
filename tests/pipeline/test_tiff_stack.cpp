#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

#include "pipeline/energy_subset.hpp"
#include "pipeline/files/scan_reader.hpp"
#include "pipeline/files/tiff_stack.hpp"
#include "tests/pipeline/file_fixtures.hpp"
#include "tests/pipeline/scan_reading.hpp"
#include "tests/pipeline/tiff_fixture.hpp"

using namespace phasecast;
using namespace phasecast::test;
using Catch::Matchers::Contains;

namespace {

constexpr Shape shape{21, 45};  // two tiles each way, neither full
const StackDescription three{{8300, 8350, 8400}, Signal::transmission};

template <class T>
std::filesystem::path numbered_stack(const std::filesystem::path& path, const TiffStyle& style,
                                     std::size_t pages = 3) {
  TiffWriter writer(path, style.mode);
  for (std::size_t p = 0; p < pages; ++p) writer.page(shape, numbered_page<T>(shape, p), style);
  return path;
}

template <class T>
std::vector<T> pixels_of(const Frame& frame) {
  std::vector<T> values(frame.pixels.bytes.size() / sizeof(T));
  std::memcpy(values.data(), frame.pixels.bytes.data(), frame.pixels.bytes.size());
  return values;
}

/// The file as it is read, and its pages out of order.
template <class T>
void check_numbered(const std::filesystem::path& path, PixelType type) {
  std::vector<std::string> said;
  auto scan = open_scan(path, said, three);
  INFO((scan.ok() ? "" : scan.error().text()));
  REQUIRE(scan.ok());
  CHECK(said.empty());
  CHECK((*scan)->start().shape == shape);
  CHECK((*scan)->start().pixel_type == type);
  for (const std::size_t p : {2, 0, 1}) {
    const Frame frame = frame_of(**scan, p);
    CHECK(frame.header.sequence == p);
    CHECK(frame.header.energy_set_ev == three.energies_ev[p]);
    CHECK(frame.header.pixel_type == type);
    CHECK(pixels_of<T>(frame) == numbered_page<T>(shape, p));
  }
}

std::string error_with(const std::filesystem::path& path, const StackDescription& description = three) {
  std::vector<std::string> said;
  const auto scan = open_scan(path, said, description);
  REQUIRE_FALSE(scan.ok());
  return scan.error().text();
}

std::string assumption_about(const std::filesystem::path& path, Signal expected) {
  std::vector<std::string> said;
  const auto scan = open_scan(path, said, {three.energies_ev, std::nullopt});
  REQUIRE(scan.ok());
  CHECK((*scan)->start().signal == expected);
  REQUIRE(said.size() == 1);
  return said.front();
}

/// A stack of constant pages.
std::filesystem::path flat_stack(const std::filesystem::path& path, const std::vector<float>& levels) {
  TiffWriter writer(path, "w");
  for (const float level : levels)
    writer.page(shape, std::vector<float>(shape.pixels(), level), {.rows_per_strip = 8});
  return path;
}

}  // namespace

TEST_CASE("a TIFF stack is read bit for bit, however it was written") {
  const TemporaryFolder folder;
  const TiffStyle style =
      GENERATE(TiffStyle{"wl", COMPRESSION_NONE, 100}, TiffStyle{"wb", COMPRESSION_NONE, 4},
               TiffStyle{"wl", COMPRESSION_NONE, 0}, TiffStyle{"wb", COMPRESSION_LZW, 0},
               TiffStyle{"w8", COMPRESSION_ADOBE_DEFLATE, 5}, TiffStyle{"wl", COMPRESSION_PACKBITS, 1});
  CAPTURE(style.mode, style.compression, style.rows_per_strip);
  check_numbered<std::uint8_t>(numbered_stack<std::uint8_t>(folder / "u8.tif", style), PixelType::uint8);
  check_numbered<std::uint16_t>(numbered_stack<std::uint16_t>(folder / "u16.tif", style), PixelType::uint16);
  check_numbered<std::uint32_t>(numbered_stack<std::uint32_t>(folder / "u32.tif", style), PixelType::uint32);
  check_numbered<float>(numbered_stack<float>(folder / "f32.tif", style), PixelType::float32);
  check_numbered<double>(numbered_stack<double>(folder / "f64.tif", style), PixelType::float64);
}

TEST_CASE("a TIFF stack is told by its first bytes, not by its name, and has the same id each time") {
  const TemporaryFolder folder;
  const auto path = numbered_stack<float>(folder / "scan.h5", {.rows_per_strip = 8});
  CHECK(is_tiff(path));
  CHECK_FALSE(is_tiff(folder.text("scan.tif", "II")));
  CHECK_FALSE(is_tiff(folder / "nothing.tif"));
  std::vector<std::string> said;
  const auto once = open_scan(path, said, three), again = open_scan(path, said, three);
  CHECK((*once)->start().scan_id == (*again)->start().scan_id);
}

TEST_CASE("a TIFF stack that does not fit its energies is refused by both numbers") {
  const TemporaryFolder folder;
  const auto path = numbered_stack<float>(folder / "scan.tif", {.rows_per_strip = 8});
  CHECK_THAT(error_with(path, {{8300, 8350}, {}}), Contains("pages is '3'") && Contains("2, one per energy"));
  CHECK_THAT(error_with(path, {}), Contains("3 images without energies") && Contains("one energy per image"));
}

TEST_CASE("energies for a file that has its own are refused") {
  const TemporaryFolder folder;
  CHECK_THAT(error_with(folder.text("scan.h5", "no HDF5")), Contains("the file says them itself"));
}

TEST_CASE("a page that is not like the first is named, with both sizes or types") {
  const TemporaryFolder folder;
  const TiffStyle style{.rows_per_strip = 8};
  {
    TiffWriter sizes(folder / "sizes.tif", "w"), types(folder / "types.tif", "w");
    for (auto* writer : {&sizes, &types}) writer->page(shape, numbered_page<float>(shape, 0), style);
    sizes.page(Shape{21, 44}, numbered_page<float>({21, 44}, 1), style);
    types.page(shape, numbered_page<double>(shape, 1), style);
  }
  CHECK_THAT(error_with(folder / "sizes.tif"),
             Contains("page 2") && Contains("21 x 44") && Contains("21 x 45 pixels, as on page 1"));
  CHECK_THAT(error_with(folder / "types.tif"),
             Contains("page 2") && Contains("float64") && Contains("float32"));
}

TEST_CASE("colors and signed numbers are refused by what they are") {
  const TemporaryFolder folder;
  const TiffStyle style{.rows_per_strip = 8};
  TiffWriter(folder / "rgb.tif", "w").page(shape, std::vector<std::uint8_t>(3 * shape.pixels()), style, 3);
  TiffWriter(folder / "signed.tif", "w").page(shape, numbered_page<std::int16_t>(shape, 0), style);
  CHECK_THAT(error_with(folder / "rgb.tif"), Contains("samples per pixel is '3'") && Contains("gray"));
  CHECK_THAT(error_with(folder / "signed.tif"),
             Contains("16 bits of sample format 2") && Contains("without sign"));
}

TEST_CASE("a compression that libtiff lacks is refused by its number") {
  const TemporaryFolder folder;
  const auto path = numbered_stack<std::uint16_t>(folder / "scan.tif", {"wl", COMPRESSION_NONE, 8});
  std::string bytes;
  {
    std::ifstream file(path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
  }
  const std::string entry("\x03\x01\x03\x00\x01\x00\x00\x00\x01\x00",
                          10);  // compression, SHORT, one value: 1
  const std::size_t at = bytes.find(entry);
  REQUIRE(at != std::string::npos);
  bytes[at + 8] = static_cast<char>(0xde);  // 60126 is nobody's
  bytes[at + 9] = static_cast<char>(0xea);
  std::ofstream(path, std::ios::binary) << bytes;
  CHECK_THAT(error_with(path), Contains("compression is '60126'"));
}

TEST_CASE("a cut file is refused, or its missing page is an error, but never pixels") {
  const TemporaryFolder folder;
  const auto path = numbered_stack<float>(folder / "scan.tif", {"wl", COMPRESSION_NONE, 8});
  const auto whole = std::filesystem::file_size(path);
  for (std::uintmax_t size = 4; size < whole; size += 97) {
    numbered_stack<float>(path, {"wl", COMPRESSION_NONE, 8});
    std::filesystem::resize_file(path, size);
    std::vector<std::string> said;
    const auto scan = open_scan(path, said, three);
    if (!scan) continue;
    int right = 0;
    for (std::uint64_t p = 0; p < 3; ++p) {
      const auto frame = (*scan)->frame(p);
      if (frame) CHECK(pixels_of<float>(*frame) == numbered_page<float>(shape, p));
      right += frame.ok();
    }
    CHECK(right < 3);
  }
}

TEST_CASE("what the images are is told from how they change over the edge, and said") {
  const TemporaryFolder folder;
  CHECK_THAT(assumption_about(flat_stack(folder / "a.tif", {0.1F, 0.5F, 0.9F}), Signal::absorbance),
             Contains("brighter") && Contains("0.1") && Contains("0.9") && Contains("taken as absorbance"));
  CHECK_THAT(assumption_about(flat_stack(folder / "t.tif", {0.9F, 0.5F, 0.1F}), Signal::transmission),
             Contains("taken as transmission"));
  CHECK_THAT(assumption_about(flat_stack(folder / "c.tif", {900, 500, 100}), Signal::counts),
             Contains("taken as counts"));
}

TEST_CASE("a subset has the energies within the window, and their frames alone") {
  ScanStart start = small_scan();
  start.energies_ev = {8300, 8350, 8400};
  const EnergySubset subset(start, {8350, 8400});
  CHECK(subset.start().energies_ev == std::vector<double>{8350, 8400});
  int darks = 0, others = 0;
  for (FrameHeader header : all_headers(start)) {
    const FrameHeader before = header;
    const bool kept = subset.take(header);
    if (before.kind == FrameKind::dark) {
      CHECK(kept);
      ++darks;
      continue;
    }
    CHECK(kept == (before.energy_index > 0));
    if (kept) CHECK(header.energy_index == before.energy_index - 1);
    others += kept;
  }
  CHECK(darks == 2);
  CHECK(others == 2 * (1 + 2));
  CHECK_THROWS_WITH(EnergySubset(start, {1, 2}), Contains("no energy within 1 to 2 eV"));
}
