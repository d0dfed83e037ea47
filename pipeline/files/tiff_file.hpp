#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "messages/image.hpp"

struct tiff;

namespace phasecast {

/// The little of libtiff that phasecast needs. A call that fails throws a Failure that names the file, the
/// page and what libtiff said; nothing is printed.
class TiffFile {
 public:
  /// All pages have the shape and the pixel type of the first.
  explicit TiffFile(const std::filesystem::path& path);

  const std::string& path() const { return path_; }
  std::size_t pages() const { return directories_.size(); }
  Shape shape() const { return shape_; }
  PixelType pixel_type() const { return pixel_type_; }
  /// Little-endian, row-major, without padding.
  std::vector<std::byte> read(std::size_t page);

 private:
  Shape page_shape() const;
  PixelType page_pixel_type() const;
  void check_page(std::size_t page);
  void read_strips(std::vector<std::byte>& pixels);
  void read_tiles(std::vector<std::byte>& pixels);
  [[noreturn]] void fail(const std::string& cause, const std::string& field, const std::string& value,
                         const std::string& expected) const;

  std::string path_;
  std::unique_ptr<std::string> said_;  // by libtiff; stays where it is when this object moves
  std::unique_ptr<tiff, void (*)(tiff*)> handle_;
  std::vector<std::uint64_t> directories_;  // where each page begins
  std::size_t page_ = 0;                    // the one at hand
  Shape shape_;
  PixelType pixel_type_ = PixelType::float32;
};

}  // namespace phasecast
