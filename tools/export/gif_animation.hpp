#pragma once

#include <filesystem>
#include <memory>

#include "messages/image.hpp"
#include "tools/export/output.hpp"
#include "tools/picture/colormap.hpp"

struct GifFileType;

namespace phasecast {

/// Pictures of one size, one after the other, again and again. A GIF has 256 colors per picture, those that
/// fit it best.
class GifAnimation {
 public:
  GifAnimation(const std::filesystem::path& path, bool overwrite);
  ~GifAnimation();
  GifAnimation(const GifAnimation&) = delete;
  GifAnimation& operator=(const GifAnimation&) = delete;

  void add(const Image<Rgb>& picture);
  void finish();

 private:
  void begin(Shape shape);
  [[noreturn]] void fail(const char* why) const;
  void require(bool done) const;

  OutputFile file_;
  Shape shape_;
  GifFileType* gif_ = nullptr;
};

}  // namespace phasecast
