#include "pipeline/files/tiff_file.hpp"

#include <tiffio.h>

#include <algorithm>
#include <bit>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "messages/wire/limits.hpp"
#include "pipeline/files/failure.hpp"
#include "pipeline/files/plausible.hpp"

namespace phasecast {
namespace {

static_assert(std::endian::native == std::endian::little, "libtiff hands out pixels in the machine's order");

/// A tile beyond this is damage, not data.
constexpr std::uint32_t longest_tile_side = 1U << 12;

int remember(TIFF*, void* said, const char*, const char* format, va_list arguments) {
  char text[256];
  std::vsnprintf(text, sizeof text, format, arguments);
  *static_cast<std::string*>(said) = text;
  return 1;  // said; nothing else prints it
}

int ignore(TIFF*, void*, const char*, const char*, va_list) {
  return 1;  // tags that other programs add are none of our business
}

TIFF* open_to_read(const std::string& path, std::string* said) {
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), remember, said);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore, nullptr);
  return TIFFOpenExt(path.c_str(), "rm", options.get());
}

template <class T>
T tag(TIFF* handle, std::uint32_t name, T otherwise) {
  T value{};
  return TIFFGetFieldDefaulted(handle, name, &value) == 1 ? value : otherwise;
}

std::string size_text(Shape shape) {
  return std::to_string(shape.height) + " x " + std::to_string(shape.width) + " pixels";
}

}  // namespace

TiffFile::TiffFile(const std::filesystem::path& path)
    : path_(path.string()),
      said_(std::make_unique<std::string>()),
      handle_(open_to_read(path_, said_.get()), TIFFClose) {
  if (!handle_) throw Failure({"file", path_, "", *said_, "a TIFF file that can be read"});
  do {
    check_page(directories_.size());
    directories_.push_back(TIFFCurrentDirOffset(handle_.get()));
  } while (TIFFReadDirectory(handle_.get()) == 1);
  page_ = directories_.size() - 1;
}

void TiffFile::fail(const std::string& cause, const std::string& field, const std::string& value,
                    const std::string& expected) const {
  throw Failure({cause, path_, "page " + std::to_string(page_ + 1) + (field.empty() ? "" : " " + field),
                 value, expected});
}

void TiffFile::check_page(std::size_t page) {
  page_ = page;
  const auto compression = tag<std::uint16_t>(handle_.get(), TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  if (TIFFIsCODECConfigured(compression) != 1)
    fail("compression", "compression", std::to_string(compression), "one that this libtiff can undo");
  require_at_most(path_, "pages", page + 1, limits::energies, "pages");
  const Shape shape = page_shape();
  const PixelType type = page_pixel_type();
  require_plausible(path_, "page " + std::to_string(page + 1), shape.pixels() * bytes_per_pixel(type));
  if (page == 0) {
    shape_ = shape;
    pixel_type_ = type;
  }
  if (shape != shape_) fail("shape", "size", size_text(shape), size_text(shape_) + ", as on page 1");
  if (type != pixel_type_)
    fail("type", "pixel type", std::string(name_of(type)),
         std::string(name_of(pixel_type_)) + ", as on page 1");
}

Shape TiffFile::page_shape() const {
  const auto height = tag<std::uint32_t>(handle_.get(), TIFFTAG_IMAGELENGTH, 0),
             width = tag<std::uint32_t>(handle_.get(), TIFFTAG_IMAGEWIDTH, 0);
  return plausible_shape(path_, "page " + std::to_string(page_ + 1) + " size", height, width);
}

PixelType TiffFile::page_pixel_type() const {
  const auto samples = tag<std::uint16_t>(handle_.get(), TIFFTAG_SAMPLESPERPIXEL, 1);
  if (samples != 1) fail("type", "samples per pixel", std::to_string(samples), "1: a gray image");
  const auto bits = tag<std::uint16_t>(handle_.get(), TIFFTAG_BITSPERSAMPLE, 1);
  const auto format = tag<std::uint16_t>(handle_.get(), TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  if (format == SAMPLEFORMAT_UINT && bits == 8) return PixelType::uint8;
  if (format == SAMPLEFORMAT_UINT && bits == 16) return PixelType::uint16;
  if (format == SAMPLEFORMAT_UINT && bits == 32) return PixelType::uint32;
  if (format == SAMPLEFORMAT_IEEEFP && bits == 32) return PixelType::float32;
  if (format == SAMPLEFORMAT_IEEEFP && bits == 64) return PixelType::float64;
  fail("type", "pixel type", std::to_string(bits) + " bits of sample format " + std::to_string(format),
       "8, 16 or 32 bits without sign (format 1), or floats of 32 or 64 bits (format 3)");
}

std::vector<std::byte> TiffFile::read(std::size_t page) {
  page_ = page;
  if (TIFFSetSubDirectory(handle_.get(), directories_.at(page)) != 1)
    fail("page", "", *said_, "a page that can be read");
  std::vector<std::byte> pixels(shape_.pixels() * bytes_per_pixel(pixel_type_));
  if (TIFFIsTiled(handle_.get()) != 0)
    read_tiles(pixels);
  else
    read_strips(pixels);
  return pixels;
}

void TiffFile::read_strips(std::vector<std::byte>& pixels) {
  std::size_t at = 0;
  for (std::uint32_t strip = 0; strip < TIFFNumberOfStrips(handle_.get()); ++strip) {
    const std::size_t room = std::min<std::size_t>(TIFFStripSize(handle_.get()), pixels.size() - at);
    const tmsize_t got =
        TIFFReadEncodedStrip(handle_.get(), strip, pixels.data() + at, static_cast<tmsize_t>(room));
    if (got != static_cast<tmsize_t>(room))
      fail("pixels", "strip " + std::to_string(strip), *said_, std::to_string(room) + " bytes");
    at += room;
  }
  if (at != pixels.size())
    fail("pixels", "strips", std::to_string(at) + " bytes", std::to_string(pixels.size()) + " bytes");
}

void TiffFile::read_tiles(std::vector<std::byte>& pixels) {
  const auto tile_width = tag<std::uint32_t>(handle_.get(), TIFFTAG_TILEWIDTH, 0),
             tile_height = tag<std::uint32_t>(handle_.get(), TIFFTAG_TILELENGTH, 0);
  const std::size_t pixel_bytes = bytes_per_pixel(pixel_type_);
  const auto height = static_cast<std::uint32_t>(shape_.height),
             width = static_cast<std::uint32_t>(shape_.width);
  if (std::max(tile_width, tile_height) > longest_tile_side)
    fail("pixels", "tile size", std::to_string(tile_height) + " x " + std::to_string(tile_width),
         "1 to 4096 pixels a side");
  std::vector<std::byte> tile(static_cast<std::size_t>(TIFFTileSize(handle_.get())));
  if (tile_width == 0 || tile.size() != std::size_t{tile_width} * tile_height * pixel_bytes)
    fail("pixels", "tile size", std::to_string(tile.size()) + " bytes", "whole rows of pixels");
  for (std::uint32_t y = 0; y < height; y += tile_height) {
    for (std::uint32_t x = 0; x < width; x += tile_width) {
      if (TIFFReadTile(handle_.get(), tile.data(), x, y, 0, 0) != static_cast<tmsize_t>(tile.size()))
        fail("pixels", "tile at row " + std::to_string(y) + ", column " + std::to_string(x), *said_,
             std::to_string(tile.size()) + " bytes");
      const std::size_t row_bytes = std::min(tile_width, width - x) * pixel_bytes;
      for (std::uint32_t row = 0; row < std::min(tile_height, height - y); ++row)
        std::memcpy(pixels.data() + (std::size_t{y + row} * width + x) * pixel_bytes,
                    tile.data() + std::size_t{row} * tile_width * pixel_bytes, row_bytes);
    }
  }
}

}  // namespace phasecast
