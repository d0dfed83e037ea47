#include <tiffio.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

#include "tests/tools/map_series.hpp"
#include "tests/tools/scratch_folder.hpp"
#include "tools/export/tiff.hpp"

using namespace phasecast;
using Catch::Matchers::Contains;

namespace {

class Stack {
 public:
  explicit Stack(const std::filesystem::path& path) : handle_(TIFFOpen(path.c_str(), "r"), TIFFClose) {
    REQUIRE(handle_);
  }
  std::size_t pages() { return TIFFNumberOfDirectories(handle_.get()); }
  void go_to(std::size_t page) { REQUIRE(TIFFSetDirectory(handle_.get(), static_cast<tdir_t>(page)) == 1); }

  template <class T>
  std::vector<T> read(std::size_t page) {
    go_to(page);
    CHECK(number<std::uint16_t>(TIFFTAG_BITSPERSAMPLE) == 8 * sizeof(T));
    CHECK(number<std::uint16_t>(TIFFTAG_SAMPLEFORMAT) ==
          (std::is_floating_point_v<T> ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT));
    const auto width = number<std::uint32_t>(TIFFTAG_IMAGEWIDTH);
    std::vector<T> pixels(std::size_t{width} * number<std::uint32_t>(TIFFTAG_IMAGELENGTH));
    for (std::uint32_t y = 0; y < pixels.size() / width; ++y)
      REQUIRE(TIFFReadScanline(handle_.get(), &pixels[std::size_t{y} * width], y, 0) == 1);
    return pixels;
  }
  template <class T>
  T number(unsigned tag) {
    T value{};
    REQUIRE(TIFFGetFieldDefaulted(handle_.get(), tag, &value) == 1);
    return value;
  }
  bool has(unsigned tag) {
    char bytes[16];
    return TIFFGetField(handle_.get(), tag, bytes) == 1;
  }
  std::string text(unsigned tag) { return number<const char*>(tag); }
  std::uint64_t offset() {
    REQUIRE(TIFFNumberOfStrips(handle_.get()) == 1);
    return TIFFGetStrileOffset(handle_.get(), 0);
  }

 private:
  std::unique_ptr<TIFF, void (*)(TIFF*)> handle_;
};

template <class T>
bool same_bits(const std::vector<T>& a, std::span<const T> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), b.size_bytes()) == 0;
}

void export_to(const std::filesystem::path& folder, const std::vector<PhaseMap>& maps,
               std::vector<std::size_t> scans) {
  const ExportPlan plan{folder, false, maps, std::move(scans), {0, 1}};
  TiffExport tiff(plan);
  for (const std::size_t scan : plan.scans) tiff.add(maps[scan]);
  tiff.finish();
}

}  // namespace

TEST_CASE("exported stacks hold the maps bit for bit, a page per scan, NaN and all") {
  const ScratchFolder folder;
  const auto maps = numbered_maps(5);
  const std::vector<std::size_t> scans =
      GENERATE(values<std::vector<std::size_t>>({{0, 1, 2, 3, 4}, {1, 4}, {3}}));
  export_to(folder.path, maps, scans);
  const std::size_t pixels = maps[0].shape.pixels();
  const auto check = [&](const std::string& name, auto layer, std::size_t state) {
    CAPTURE(name);
    Stack stack(folder.path / (name + ".tif"));
    REQUIRE(stack.pages() == scans.size());
    for (std::size_t page = 0; page < scans.size(); ++page) {
      const auto all = std::span(maps[scans[page]].*layer);
      using T = std::remove_const_t<typename decltype(all)::element_type>;
      CHECK(same_bits<T>(stack.template read<T>(page), all.subspan(state * pixels, pixels)));
      CHECK(stack.text(TIFFTAG_PAGENAME) == maps[scans[page]].scan_id);
    }
  };
  for (std::size_t state = 0; state < 2; ++state) {
    check("fraction_" + maps[0].states[state], &PhaseMap::fraction, state);
    check("uncertainty_" + maps[0].states[state], &PhaseMap::uncertainty, state);
  }
  check("scale", &PhaseMap::scale, 0);
  check("residual", &PhaseMap::residual, 0);
  check("mask", &PhaseMap::mask, 0);
}

TEST_CASE("the pages of a stack follow each other without a gap, as ImageJ takes them") {
  const ScratchFolder folder;
  export_to(folder.path, numbered_maps(4), {0, 1, 2, 3});
  const auto [name, bytes] =
      GENERATE(table<std::string, std::size_t>({{"fraction_NiO.tif", 4}, {"mask.tif", 1}}));
  Stack stack(folder.path / name);
  const std::uint64_t first = stack.offset();
  for (std::size_t page = 0; page < 4; ++page) {
    stack.go_to(page);
    CHECK(stack.offset() == first + page * 35 * bytes);
  }
  CHECK(std::filesystem::file_size(folder.path / name) == first + 4 * 35 * bytes);
}

TEST_CASE(
    "a stack is calibrated for ImageJ: pixel size, unit, scans as frames, fractions shown from 0 to 1") {
  const ScratchFolder folder;
  export_to(folder.path, numbered_maps(3), {0, 1, 2});
  Stack stack(folder.path / "fraction_NiO.tif");
  CHECK(stack.text(TIFFTAG_IMAGEDESCRIPTION) ==
        "ImageJ=1.11a\nimages=3\nframes=3\nunit=um\nloop=false\nmin=0.0\nmax=1.0\n");
  for (std::size_t page = 0; page < 3; ++page) {
    stack.go_to(page);
    CHECK(stack.number<float>(TIFFTAG_XRESOLUTION) == 25);  // pixels per µm
    CHECK(stack.number<float>(TIFFTAG_YRESOLUTION) == 25);
    CHECK(stack.number<std::uint16_t>(TIFFTAG_RESOLUTIONUNIT) == RESUNIT_NONE);
  }
  CHECK(Stack(folder.path / "scale.tif").text(TIFFTAG_IMAGEDESCRIPTION) ==
        "ImageJ=1.11a\nimages=3\nframes=3\nunit=um\nloop=false\n");
}

TEST_CASE("a stack whose pixel size is not known claims none") {
  const ScratchFolder folder;
  auto maps = numbered_maps(2);
  for (PhaseMap& map : maps) map.pixel_size_um = 0;
  export_to(folder.path, maps, {0, 1});
  Stack stack(folder.path / "scale.tif");
  CHECK(stack.text(TIFFTAG_IMAGEDESCRIPTION) == "ImageJ=1.11a\nimages=2\nframes=2\nloop=false\n");
  CHECK_FALSE(stack.has(TIFFTAG_XRESOLUTION));
}

TEST_CASE("a stack too large for classic TIFF is BigTIFF with the same pixels") {
  const ScratchFolder folder;
  const auto limit = GENERATE(std::uint64_t{100}, TiffLayout{}.classic_limit);
  const bool big = limit == 100;
  TiffWriter writer(folder.path / "a.tif", false,
                    {{3, 5}, PixelType::float32, 0.1, {"one", "two", "three"}, {}, limit});
  std::vector<std::vector<float>> pages;
  for (std::uint32_t k = 0; k < 3; ++k) {
    pages.push_back(numbered_map(k, {3, 5}).scale);
    writer.add(std::as_bytes(std::span(pages.back())));
  }
  writer.finish();
  std::ifstream file(folder.path / "a.tif", std::ios::binary);
  char start[4];
  REQUIRE(file.read(start, sizeof start));
  CHECK(start[2] == (big ? 43 : 42));
  Stack stack(folder.path / "a.tif");
  REQUIRE(stack.pages() == 3);
  const auto first = stack.offset();
  for (std::size_t page = 0; page < 3; ++page) {
    CHECK(stack.read<float>(page) == pages[page]);
    CHECK(stack.offset() == first + page * 60);
  }
}

TEST_CASE("a stack that was not finished, or got too few or too many pages, is no file") {
  const ScratchFolder folder;
  const auto path = folder.path / "a.tif";
  const std::vector<std::byte> page(6);
  const TiffLayout layout{{2, 3}, PixelType::uint8, 0, {"one", "two"}, {}};
  {
    TiffWriter writer(path, false, layout);
    writer.add(page);
    CHECK_THROWS_WITH(writer.finish(), Contains("a.tif: field pages is '1', expected 2"));
    CHECK_THROWS_WITH(writer.add(std::vector<std::byte>(5)),
                      Contains("page 2 is '5 bytes', expected 6 bytes"));
    writer.add(page);
    CHECK_THROWS_WITH(writer.add(page), Contains("page 3"));
  }
  CHECK(std::filesystem::is_empty(folder.path));
}
