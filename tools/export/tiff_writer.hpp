#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "messages/image.hpp"
#include "tools/export/output.hpp"

struct tiff;

namespace phasecast {

struct TiffLayout {
  Shape shape;
  PixelType pixel_type = PixelType::float32;
  double pixel_size_um = 0;             ///< 0 = not known
  std::vector<std::string> page_names;  ///< one per page: there are as many
  std::optional<std::pair<double, double>> display_range;
  std::uint64_t classic_limit = 4'000'000'000;  ///< bytes; a larger file is BigTIFF
};

/// A gray TIFF file of many pages that ImageJ opens as a calibrated stack over time. All directories come
/// first, then the pixels of page after page without a gap: ImageJ reads the stack as one block behind the
/// first page's offset.
class TiffWriter {
 public:
  TiffWriter(const std::filesystem::path& path, bool overwrite, TiffLayout layout);

  /// The next page; row-major, in this machine's byte order.
  void add(std::span<const std::byte> pixels);
  /// Once all pages are in.
  void finish();

 private:
  void write_directory(std::size_t page);
  void require(bool done, const std::string& doing) const;
  template <class... T>
  void set(unsigned tag, T... values);

  TiffLayout layout_;
  OutputFile file_;
  std::unique_ptr<std::string> said_;  // by libtiff
  std::unique_ptr<tiff, void (*)(tiff*)> handle_;
  std::size_t pages_ = 0;
};

}  // namespace phasecast
