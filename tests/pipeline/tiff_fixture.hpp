#pragma once

#include <tiffio.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <type_traits>
#include <vector>

#include "messages/image.hpp"

namespace phasecast::test {

/// How a TIFF file is written.
struct TiffStyle {
  const char* mode = "w";  ///< libtiff's: "wl" and "wb" for the byte order, "w8" for BigTIFF
  std::uint16_t compression = COMPRESSION_NONE;
  int rows_per_strip = 0;  ///< 0: tiles of 16 × 32
};

/// A TIFF file, page by page; pixels row-major.
class TiffWriter {
 public:
  TiffWriter(const std::filesystem::path& path, const char* mode) : handle_(TIFFOpen(path.c_str(), mode)) {
    REQUIRE(handle_ != nullptr);
  }
  ~TiffWriter() { TIFFClose(handle_); }
  TiffWriter(const TiffWriter&) = delete;
  TiffWriter& operator=(const TiffWriter&) = delete;

  template <class T>
  void page(Shape shape, const std::vector<T>& pixels, const TiffStyle& style, std::uint16_t samples = 1) {
    const auto width = static_cast<std::uint32_t>(shape.width),
               height = static_cast<std::uint32_t>(shape.height);
    set(TIFFTAG_IMAGEWIDTH, width);
    set(TIFFTAG_IMAGELENGTH, height);
    set(TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * sizeof(T)));
    set(TIFFTAG_SAMPLEFORMAT, std::is_floating_point_v<T> ? SAMPLEFORMAT_IEEEFP
                              : std::is_signed_v<T>       ? SAMPLEFORMAT_INT
                                                          : SAMPLEFORMAT_UINT);
    set(TIFFTAG_SAMPLESPERPIXEL, int{samples});
    set(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    set(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    set(TIFFTAG_COMPRESSION, int{style.compression});
    if (style.rows_per_strip > 0)
      strips(width, height, static_cast<std::uint32_t>(style.rows_per_strip), pixels);
    else
      tiles(width, height, pixels);
    REQUIRE(TIFFWriteDirectory(handle_) == 1);
  }

 private:
  template <class T>
  void set(std::uint32_t tag, T value) {
    REQUIRE(TIFFSetField(handle_, tag, value) == 1);
  }
  template <class T>
  void strips(std::uint32_t width, std::uint32_t height, std::uint32_t rows, std::vector<T> pixels) {
    set(TIFFTAG_ROWSPERSTRIP, rows);
    const auto row_values = static_cast<std::uint32_t>(pixels.size() / height);
    REQUIRE(row_values % width == 0);
    for (std::uint32_t y = 0; y < height; ++y)
      REQUIRE(TIFFWriteScanline(handle_, &pixels[std::size_t{y} * row_values], y, 0) == 1);
  }
  template <class T>
  void tiles(std::uint32_t width, std::uint32_t height, const std::vector<T>& pixels) {
    constexpr std::uint32_t tile_height = 16, tile_width = 32;
    set(TIFFTAG_TILELENGTH, tile_height);
    set(TIFFTAG_TILEWIDTH, tile_width);
    for (std::uint32_t y0 = 0; y0 < height; y0 += tile_height)
      for (std::uint32_t x0 = 0; x0 < width; x0 += tile_width) {
        std::vector<T> tile(tile_height * tile_width, T(77));  // what is beyond the image must not be read
        for (std::uint32_t y = y0; y < std::min(height, y0 + tile_height); ++y)
          for (std::uint32_t x = x0; x < std::min(width, x0 + tile_width); ++x)
            tile[(y - y0) * tile_width + x - x0] = pixels[std::size_t{y} * width + x];
        REQUIRE(TIFFWriteTile(handle_, tile.data(), x0, y0, 0, 0) > 0);
      }
  }

  TIFF* handle_;
};

/// Pixel k of page p is (first + 7 p + 3 k) modulo 200.
template <class T>
std::vector<T> numbered_page(Shape shape, std::size_t page, std::size_t first = 0) {
  std::vector<T> pixels(shape.pixels());
  for (std::size_t k = 0; k < pixels.size(); ++k)
    pixels[k] = static_cast<T>((first + 7 * page + 3 * k) % 200);
  return pixels;
}

}  // namespace phasecast::test
