#include "pipeline/files/xrm_image.hpp"

#include <cmath>
#include <cstring>

#include "pipeline/files/compound_file.hpp"
#include "pipeline/files/failure.hpp"
#include "pipeline/files/plausible.hpp"

namespace phasecast {

namespace {

constexpr std::uint32_t xradia_uint16 = 5, xradia_float32 = 10;
constexpr const char* image = "ImageData1/Image1";

template <class T>
T value_of(CompoundFile& file, const std::string& stream) {
  const auto bytes = file.read(stream);
  if (bytes.size() < sizeof(T))
    throw Failure({"file", file.path(), stream, std::to_string(bytes.size()) + " bytes",
                   "at least " + std::to_string(sizeof(T))});
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// 0 where there is none, or none that can be.
double positive(CompoundFile& file, const std::string& stream) {
  if (!file.has(stream)) return 0;
  const double value = value_of<float>(file, stream);
  return std::isfinite(value) && value > 0 ? value : 0;
}

std::string text_of(CompoundFile& file, const std::string& stream) {
  if (!file.has(stream)) return "";
  std::string text;
  for (const std::byte b : file.read(stream)) {
    const char c = static_cast<char>(b);
    if (c < ' ' || c > '~' || text.size() >= 100) break;
    text += c;
  }
  return text;
}

PixelType pixel_type(CompoundFile& file) {
  const auto type = value_of<std::uint32_t>(file, "ImageInfo/DataType");
  if (type == xradia_uint16) return PixelType::uint16;
  if (type == xradia_float32) return PixelType::float32;
  throw Failure({"type", file.path(), "ImageInfo/DataType", std::to_string(type),
                 "5 (16 bits without sign) or 10 (floats)"});
}

}  // namespace

XrmHeader read_xrm_header(const std::filesystem::path& path) {
  CompoundFile file(path);
  XrmHeader header;
  const auto height = value_of<std::uint32_t>(file, "ImageInfo/ImageHeight");
  const auto width = value_of<std::uint32_t>(file, "ImageInfo/ImageWidth");
  header.shape = plausible_shape(file.path(), "ImageInfo/ImageHeight and ImageWidth", height, width);
  header.pixel_type = pixel_type(file);
  if (file.has("ImageInfo/ImagesTaken"))
    if (const auto images = value_of<std::uint32_t>(file, "ImageInfo/ImagesTaken"); images != 1)
      throw Failure(
          {"images", file.path(), "ImageInfo/ImagesTaken", std::to_string(images), "one image a file"});
  header.energy_ev = positive(file, "ImageInfo/Energy");
  header.exposure_s = positive(file, "ImageInfo/ExpTimes");
  header.pixel_size_um = positive(file, "ImageInfo/PixelSize");
  header.date = text_of(file, "ImageInfo/Date");
  return header;
}

std::vector<std::byte> read_xrm_pixels(const std::filesystem::path& path, Shape shape, PixelType type) {
  CompoundFile file(path);
  auto pixels = file.read(image);
  if (const std::size_t size = shape.pixels() * bytes_per_pixel(type); pixels.size() != size)
    throw Failure({"shape", file.path(), image, std::to_string(pixels.size()) + " bytes",
                   std::to_string(size) + ", as its size and type say"});
  return pixels;
}

}  // namespace phasecast
