#include <cairo.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <random>

#include "tests/tools/example_map.hpp"
#include "tests/tools/scratch_folder.hpp"
#include "tools/picture/canvas.hpp"
#include "tools/picture/colormap.hpp"
#include "tools/picture/map_picture.hpp"
#include "tools/picture/panels.hpp"

namespace phasecast {
namespace {

int largest_difference(Rgb a, Rgb b) {
  return std::max({std::abs(a.r - b.r), std::abs(a.g - b.g), std::abs(a.b - b.b)});
}

/// CIE 1976 L* of an sRGB color (IEC 61966-2-1, D65).
double lightness(Rgb color) {
  auto linear = [](int channel) {
    const double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  const double y = 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b);
  return y <= 216.0 / 24389 ? y * 24389 / 27 : 116 * std::cbrt(y) - 16;
}

Image<Rgb> read_png(const std::filesystem::path& path) {
  cairo_surface_t* surface = cairo_image_surface_create_from_png(path.c_str());
  REQUIRE(cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS);
  Image<Rgb> image({cairo_image_surface_get_height(surface), cairo_image_surface_get_width(surface)});
  const unsigned char* rows = cairo_image_surface_get_data(surface);
  for (int y = 0; y < image.shape.height; ++y) {
    for (int x = 0; x < image.shape.width; ++x) {
      std::uint32_t packed = 0;
      std::memcpy(&packed,
                  rows + static_cast<std::ptrdiff_t>(y) * cairo_image_surface_get_stride(surface) + 4 * x,
                  sizeof packed);
      image.at(y, x) = {static_cast<std::uint8_t>(packed >> 16), static_cast<std::uint8_t>(packed >> 8),
                        static_cast<std::uint8_t>(packed)};
    }
  }
  cairo_surface_destroy(surface);
  return image;
}

std::ptrdiff_t masked_pixels_in_picture(const PhaseMap& map) {
  const ScratchFolder folder;
  write_map_picture(map, folder.path / "map.png");
  const Image<Rgb> picture = read_png(folder.path / "map.png");
  return std::count(picture.values.begin(), picture.values.end(), masked_color);
}

}  // namespace

TEST_CASE("viridis and magma are matplotlib's to within 2 of 255") {
  struct Known {
    int index;  // into matplotlib 3.6.3's 256-entry tables
    Rgb viridis, magma;
  };
  const std::array<Known, 6> table{{{0, {68, 1, 84}, {0, 0, 4}},
                                    {40, {69, 55, 129}, {41, 17, 90}},
                                    {100, {42, 118, 142}, {137, 40, 129}},
                                    {128, {33, 145, 140}, {183, 55, 121}},
                                    {200, {112, 207, 87}, {253, 152, 105}},
                                    {255, {253, 231, 37}, {252, 253, 191}}}};
  for (const Known& known : table) {
    CAPTURE(known.index);
    CHECK(largest_difference(viridis(known.index / 255.0), known.viridis) <= 2);
    CHECK(largest_difference(magma(known.index / 255.0), known.magma) <= 2);
  }
}

TEST_CASE("a larger value is lighter, so that every kind of color vision can order two values") {
  for (auto map : {viridis, magma}) {
    for (int step = 0; step < 100; ++step) {
      CAPTURE(step);
      CHECK(lightness(map((step + 1) / 100.0)) > lightness(map(step / 100.0)));
    }
  }
}

TEST_CASE("no value of a color map and no mixture of states looks masked") {
  for (int i = 0; i <= 1000; ++i) {
    CHECK(largest_difference(viridis(i / 1000.0), masked_color) >= 30);
    CHECK(largest_difference(magma(i / 1000.0), masked_color) >= 30);
  }
  std::mt19937 random(7);
  std::exponential_distribution<float> share;
  for (std::size_t states = 2; states <= max_composite_states; ++states) {
    for (int trial = 0; trial < 2000; ++trial) {
      std::vector<float> fractions(states);
      float sum = 0;
      for (float& f : fractions) sum += f = share(random);
      for (float& f : fractions) f /= sum;
      const Rgb color = composite_color(fractions);
      CHECK(color.r + color.g + color.b >= 271);  // the masked color has 240
    }
  }
}

TEST_CASE("a value that is no number gets the masked color") {
  CHECK(viridis(NAN) == masked_color);
  CHECK(magma(NAN) == masked_color);
  CHECK(composite_color(std::vector<float>{NAN, NAN}) == masked_color);
  CHECK(composite_color(std::vector<float>{NAN, NAN, NAN}) == masked_color);
}

TEST_CASE("a pure state has its own color in the composite") {
  for (std::size_t states = 2; states <= max_composite_states; ++states) {
    for (std::size_t pure = 0; pure < states; ++pure) {
      std::vector<float> fractions(states, 0);
      fractions[pure] = 1;
      CHECK(composite_color(fractions) == state_color(pure));
    }
  }
  CHECK_THROWS_AS(state_color(max_composite_states), std::out_of_range);
}

TEST_CASE("a PNG holds the pixels that were drawn, each as a sharp block") {
  const ScratchFolder folder;
  Image<Rgb> image({2, 3});
  for (std::size_t i = 0; i < 6; ++i) image.values[i] = viridis(static_cast<double>(i) / 5);
  Canvas canvas(20, 10, {1, 2, 3});
  canvas.image(4, 2, 3, image);
  canvas.write_png(folder.path / "blocks.png");
  const Image<Rgb> read = read_png(folder.path / "blocks.png");
  REQUIRE(read.shape == Shape{10, 20});
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 20; ++x) {
      const bool inside = x >= 4 && x < 13 && y >= 2 && y < 8;
      CHECK(read.at(y, x) == (inside ? image.at((y - 2) / 3, (x - 4) / 3) : Rgb{1, 2, 3}));
    }
  }
}

TEST_CASE("a picture that cannot be written is an error that names the path") {
  CHECK_THROWS_WITH(write_map_picture(example_map(), "/nonexistent/map.png"),
                    Catch::Contains("/nonexistent/map.png"));
}

TEST_CASE("every masked pixel is gray in all six panels of a map of two states") {
  const Shape shape{20, 30};
  constexpr int zoom = 10, panels = 6;  // 300 pixels wide
  const auto with_none = masked_pixels_in_picture(example_map(shape, 0));
  CHECK(masked_pixels_in_picture(example_map(shape, 7)) - with_none == 7 * panels * zoom * zoom);
}

TEST_CASE("pictures are drawn of any map: one state, many states, all masked, large") {
  const ScratchFolder folder;
  PhaseMap one = example_map();
  one.states = {"Ni"};
  one.fraction.resize(one.shape.pixels());
  one.uncertainty.resize(one.shape.pixels());
  PhaseMap many = example_map();
  many.states.assign(9, "a state with a name that is far too long for its place");
  many.fraction.assign(9 * many.shape.pixels(), 1 / 9.0F);
  many.uncertainty.assign(9 * many.shape.pixels(), 0);
  const std::vector<PhaseMap> maps{one, many, example_map({6, 8}, 48), example_map({700, 1300})};
  for (const PhaseMap& map : maps) {
    write_map_picture(map, folder.path / "map.png");
    const Shape shape = read_png(folder.path / "map.png").shape;
    CHECK(shape.width < 4000);
    CHECK(shape.height < 2000);
  }
}

TEST_CASE("shrinking averages the valid pixels of each block") {
  PhaseMap map = example_map({4, 5}, 1);
  map.fraction[1] = 0.2F;
  map.fraction[5] = 0.3F;
  map.fraction[6] = 0.7F;
  const PhaseMap small = shrink(map, 2);
  CHECK(small.shape == Shape{2, 2});
  CHECK(small.fraction.size() == 2 * 4);
  CHECK(small.fraction[0] == Approx((0.2 + 0.3 + 0.7) / 3));
  CHECK(small.fraction[1] == Approx(0.5));
  CHECK(small.mask == std::vector<std::uint8_t>{0, 0, 0, 0});
}

TEST_CASE("a block of mostly masked pixels is masked when shrunk") {
  const PhaseMap small = shrink(example_map({2, 8}, 7), 2);
  CHECK(small.mask == std::vector<std::uint8_t>{0, 0, 0, 0});  // half of a block is still enough
  PhaseMap map = example_map({2, 8}, 8);
  map.mask[8] = map.mask[9] = static_cast<std::uint8_t>(PixelMask::bad_pixel);
  const PhaseMap masked = shrink(map, 2);
  CHECK(masked.mask[0] == static_cast<std::uint8_t>(PixelMask::bad_pixel));
  CHECK(std::isnan(masked.fraction[0]));
  CHECK(masked.mask[1] == static_cast<std::uint8_t>(PixelMask::valid));
}

TEST_CASE("a color bar ends where 99.5 % of the pixels are, and says that some are above") {
  PhaseMap map = example_map({20, 50});
  map.scale[10] = 100;
  const Top top = top_of(map, map.scale);
  CHECK(top.value == 1);
  CHECK(top.exceeded);
  CHECK_FALSE(top_of(map, map.residual).exceeded);
}

}  // namespace phasecast
