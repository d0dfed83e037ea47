#include "tools/export/tiff_writer.hpp"

#include <spdlog/fmt/fmt.h>
#include <tiffio.h>

#include <cstdarg>
#include <cstdio>

#include "pipeline/files/failure.hpp"

namespace phasecast {
namespace {

constexpr std::uint64_t directory_bytes = 1024;  // of a page, at most about

int remember(TIFF*, void* said, const char*, const char* format, va_list arguments) {
  char text[256];
  std::vsnprintf(text, sizeof text, format, arguments);
  *static_cast<std::string*>(said) = text;
  return 1;  // said; nothing else prints it
}

TIFF* open_to_write(const std::filesystem::path& path, const TiffLayout& layout, std::string* said) {
  const std::uint64_t page_bytes = layout.shape.pixels() * bytes_per_pixel(layout.pixel_type);
  const bool big = layout.page_names.size() * (page_bytes + directory_bytes) > layout.classic_limit;
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), remember, said);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), remember, said);
  return TIFFOpenExt(path.c_str(), big ? "w8" : "w", options.get());
}

/// The lines that ImageJ looks for in the first page's description.
std::string imagej_description(const TiffLayout& layout) {
  std::string text = fmt::format("ImageJ=1.11a\nimages={0}\nframes={0}\n", layout.page_names.size());
  if (layout.pixel_size_um > 0) text += "unit=um\n";
  text += "loop=false\n";
  if (layout.display_range)
    text +=
        fmt::format("min={:.1f}\nmax={:.1f}\n", layout.display_range->first, layout.display_range->second);
  return text;
}

}  // namespace

TiffWriter::TiffWriter(const std::filesystem::path& path, bool overwrite, TiffLayout layout)
    : layout_(std::move(layout)),
      file_(path, overwrite),
      said_(std::make_unique<std::string>()),
      handle_(open_to_write(file_.unfinished(), layout_, said_.get()), TIFFClose) {
  require(handle_ != nullptr, "open");
  for (std::size_t page = 0; page < layout_.page_names.size(); ++page) write_directory(page);
}

void TiffWriter::require(bool done, const std::string& doing) const {
  if (!done) throw Failure({"disk", file_.path().string(), doing, *said_, "a TIFF file that can be written"});
}

template <class... T>
void TiffWriter::set(unsigned tag, T... values) {
  require(TIFFSetField(handle_.get(), tag, values...) == 1, "tag " + std::to_string(tag));
}

void TiffWriter::write_directory(std::size_t page) {
  const bool is_float = layout_.pixel_type == PixelType::float32 || layout_.pixel_type == PixelType::float64;
  set(TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(layout_.shape.width));
  set(TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(layout_.shape.height));
  set(TIFFTAG_ROWSPERSTRIP, static_cast<std::uint32_t>(layout_.shape.height));
  set(TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * bytes_per_pixel(layout_.pixel_type)));
  set(TIFFTAG_SAMPLEFORMAT, is_float ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
  set(TIFFTAG_SAMPLESPERPIXEL, 1);
  set(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  set(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  set(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  set(TIFFTAG_PAGENAME, layout_.page_names[page].c_str());
  if (page == 0) set(TIFFTAG_IMAGEDESCRIPTION, imagej_description(layout_).c_str());
  if (layout_.pixel_size_um > 0) {
    set(TIFFTAG_RESOLUTIONUNIT, RESUNIT_NONE);  // the description says micrometers
    set(TIFFTAG_XRESOLUTION, 1 / layout_.pixel_size_um);
    set(TIFFTAG_YRESOLUTION, 1 / layout_.pixel_size_um);
  }
  // Where the pixels lie is filled in by `add`.
  const bool written = TIFFDeferStrileArrayWriting(handle_.get()) == 1 &&
                       TIFFWriteCheck(handle_.get(), 0, "phasecast") == 1 &&
                       TIFFWriteDirectory(handle_.get()) == 1;
  require(written, "directory of page " + std::to_string(page + 1));
}

void TiffWriter::add(std::span<const std::byte> pixels) {
  const std::string page = "page " + std::to_string(pages_ + 1);
  const std::size_t bytes = layout_.shape.pixels() * bytes_per_pixel(layout_.pixel_type);
  if (pixels.size() != bytes || pages_ == layout_.page_names.size())
    throw Failure({"shape", file_.path().string(), page, std::to_string(pixels.size()) + " bytes",
                   fmt::format("{} bytes, {} pages", bytes, layout_.page_names.size())});
  require(TIFFSetDirectory(handle_.get(), static_cast<tdir_t>(pages_)) == 1, page);
  // libtiff takes a pointer to what may change: it swaps bytes in place for the other byte order only.
  void* data = const_cast<std::byte*>(pixels.data());
  require(TIFFWriteEncodedStrip(handle_.get(), 0, data, static_cast<tmsize_t>(bytes)) ==
              static_cast<tmsize_t>(bytes),
          page);
  require(TIFFForceStrileArrayWriting(handle_.get()) == 1, page);
  ++pages_;
}

void TiffWriter::finish() {
  if (pages_ != layout_.page_names.size())
    throw Failure({"shape", file_.path().string(), "pages", std::to_string(pages_),
                   std::to_string(layout_.page_names.size())});
  require(TIFFFlush(handle_.get()) == 1, "flush");
  handle_.reset();
  file_.finish();
}

}  // namespace phasecast
