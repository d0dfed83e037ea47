#include "tools/export/gif_animation.hpp"

#include <fcntl.h>
#include <gif_lib.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "pipeline/files/failure.hpp"

namespace phasecast {
namespace {

constexpr int hundredths_per_picture = 50;

}  // namespace

GifAnimation::GifAnimation(const std::filesystem::path& path, bool overwrite) : file_(path, overwrite) {
  // giflib itself would make a file that nobody else may read.
  const int descriptor = open(file_.unfinished().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) fail(std::strerror(errno));
  int error = 0;
  gif_ = EGifOpenFileHandle(descriptor, &error);
  if (!gif_) fail(GifErrorString(error));
  EGifSetGifVersion(gif_, true);
}

GifAnimation::~GifAnimation() {
  if (gif_) EGifCloseFile(gif_, nullptr);
}

void GifAnimation::fail(const char* why) const {
  throw Failure({"disk", file_.path().string(), "", why, "a file that can be written"});
}

void GifAnimation::require(bool done) const {
  if (!done) fail(GifErrorString(gif_->Error));
}

void GifAnimation::begin(Shape shape) {
  shape_ = shape;
  constexpr GifByteType forever[] = {1, 0, 0};
  require(EGifPutScreenDesc(gif_, shape.width, shape.height, 8, 0, nullptr) == GIF_OK &&
          EGifPutExtensionLeader(gif_, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
          EGifPutExtensionBlock(gif_, 11, "NETSCAPE2.0") == GIF_OK &&
          EGifPutExtensionBlock(gif_, sizeof forever, forever) == GIF_OK &&
          EGifPutExtensionTrailer(gif_) == GIF_OK);
}

void GifAnimation::add(const Image<Rgb>& picture) {
  if (shape_ == Shape{}) begin(picture.shape);
  std::vector<GifByteType> red, green, blue, indices(picture.values.size());
  for (const Rgb& pixel : picture.values) {
    red.push_back(pixel.r);
    green.push_back(pixel.g);
    blue.push_back(pixel.b);
  }
  int colors = 256;
  std::vector<GifColorType> palette(static_cast<std::size_t>(colors));
  const int width = picture.shape.width, height = picture.shape.height;
  if (GifQuantizeBuffer(static_cast<unsigned>(width), static_cast<unsigned>(height), &colors, red.data(),
                        green.data(), blue.data(), indices.data(), palette.data()) != GIF_OK)
    throw Failure({"colors", file_.path().string(), "", "no palette", "memory for one picture"});
  const std::unique_ptr<ColorMapObject, void (*)(ColorMapObject*)> map(GifMakeMapObject(256, palette.data()),
                                                                       GifFreeMapObject);
  GraphicsControlBlock timing{DISPOSAL_UNSPECIFIED, false, hundredths_per_picture, NO_TRANSPARENT_COLOR};
  GifByteType extension[4];
  EGifGCBToExtension(&timing, extension);
  require(EGifPutExtension(gif_, GRAPHICS_EXT_FUNC_CODE, sizeof extension, extension) == GIF_OK &&
          EGifPutImageDesc(gif_, 0, 0, width, height, false, map.get()) == GIF_OK);
  for (int y = 0; y < height; ++y)
    require(EGifPutLine(gif_, indices.data() + std::size_t(y) * std::size_t(width), width) == GIF_OK);
}

void GifAnimation::finish() {
  int error = 0;
  const int closed = EGifCloseFile(std::exchange(gif_, nullptr), &error);
  if (closed != GIF_OK) fail(GifErrorString(error));
  file_.finish();
}

}  // namespace phasecast
