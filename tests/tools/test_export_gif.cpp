#include <gif_lib.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>

#include "tests/tools/map_series.hpp"
#include "tests/tools/scratch_folder.hpp"
#include "tools/export/series.hpp"
#include "tools/picture/map_picture.hpp"

using namespace phasecast;

namespace {

/// Mean over pixels and channels, in 1/255.
double mean_difference(const SavedImage& frame, const Image<Rgb>& picture) {
  double sum = 0;
  for (std::size_t i = 0; i < picture.values.size(); ++i) {
    const GifColorType& color = frame.ImageDesc.ColorMap->Colors[frame.RasterBits[i]];
    const Rgb& expected = picture.values[i];
    sum += std::abs(color.Red - expected.r) + std::abs(color.Green - expected.g) +
           std::abs(color.Blue - expected.b);
  }
  return sum / (3 * static_cast<double>(picture.values.size()));
}

}  // namespace

TEST_CASE("the animation has the picture of every scan, in order, and repeats") {
  const ScratchFolder folder;
  const auto maps = numbered_maps(3);
  const ExportPlan plan{folder.path, false, maps, {0, 1, 2}, {0, 1}};
  SeriesExport series(plan, false, true);
  for (std::size_t scan = 0; scan < 3; ++scan) series.add(scan, maps[scan]);
  series.finish();

  int error = 0;
  const std::unique_ptr<GifFileType, int (*)(GifFileType*)> gif(
      DGifOpenFileName((folder.path / "maps.gif").c_str(), &error),
      [](GifFileType* file) { return DGifCloseFile(file, nullptr); });
  REQUIRE(gif);
  REQUIRE(DGifSlurp(gif.get()) == GIF_OK);
  REQUIRE(gif->ImageCount == 3);
  for (int k = 0; k < 3; ++k) {
    const Image<Rgb> picture = map_picture(maps[static_cast<std::size_t>(k)]).pixels();
    REQUIRE(gif->SWidth == picture.shape.width);
    REQUIRE(gif->SHeight == picture.shape.height);
    const double own = mean_difference(gif->SavedImages[k], picture);
    CHECK(own < 3);
    CHECK(own < mean_difference(gif->SavedImages[(k + 1) % 3], picture));
    GraphicsControlBlock timing{};
    REQUIRE(DGifSavedExtensionToGCB(gif.get(), k, &timing) == GIF_OK);
    CHECK(timing.DelayTime == 50);
  }
  const ExtensionBlock& loop = gif->SavedImages[0].ExtensionBlocks[0];
  CHECK(loop.Function == APPLICATION_EXT_FUNC_CODE);
  CHECK(std::memcmp(loop.Bytes, "NETSCAPE2.0", 11) == 0);
}

TEST_CASE("the picture of a map out of a file shows nothing that the file does not keep") {
  PhaseMap map = numbered_map(0), other = map;
  other.map_number = map.map_number + 7;
  other.series_id = "another";
  CHECK(map_picture(map).pixels().values == map_picture(other).pixels().values);
  map.published_utc_ns = other.published_utc_ns = map.received_utc_ns + 1;
  CHECK(map_picture(map).pixels().values != map_picture(other).pixels().values);
}
