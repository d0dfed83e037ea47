#include "tools/bridge/growing_file.hpp"

#include <array>
#include <fstream>
#include <string_view>

#include "pipeline/files/layouts.hpp"

namespace phasecast::bridge {
namespace {

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : ".";
}

enum class Mark { none, closed, written, swmr };

/// The superblock's file consistency flags, which HDF5 keeps from its version 3 on; none: another version.
Mark mark_of(const std::filesystem::path& path) {
  std::array<char, 12> begin{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(begin.data(), begin.size())) return Mark::none;
  constexpr char version = 3, writer = 1, swmr_writer = 4;
  if (std::string_view(begin.data(), 8) != "\x89HDF\r\n\x1a\n" || begin[8] != version) return Mark::none;
  if (begin[11] & swmr_writer) return Mark::swmr;
  return begin[11] & writer ? Mark::written : Mark::closed;
}

}  // namespace

GrowingFile::GrowingFile(std::filesystem::path file, std::string dataset)
    : file_(std::move(file)), dataset_(std::move(dataset)), watch_(folder_of(file_)) {}

/// HDF5 promises a sound file in SWMR mode, and when its writer has closed it; not in between.
bool GrowingFile::may_read(bool finished) const {
  const Mark mark = mark_of(file_);
  return mark == Mark::swmr || mark == Mark::closed || (finished && mark == Mark::none);
}

void GrowingFile::take(const Sink& sink) {
  bool finished = look_, changed = look_ && std::filesystem::exists(file_);
  look_ = false;
  const FolderWatch::Changes changes = watch_.take();
  for (const auto& change : changes.files)
    if (change.name == file_.filename().string()) {
      changed = true;
      finished = finished || change.finished;
    }
  changed = changed || changes.overflow;
  if ((!changed || !may_read(finished)) && known_ <= next_) return;
  try {
    const hdf5::File file = hdf5::File::open_to_read(file_);
    StoredScan::Stacks stacks;
    stacks.emplace(FrameKind::sample, hdf5::Dataset::open(file, dataset_));
    const hdf5::Dataset& stack = stacks.at(FrameKind::sample);
    known_ = stack.dims(3, "images [n, Y, X]").front();
    if (next_ >= known_) return;
    ForeignFrame frame;
    frame.number = next_;
    frame.shape = image_shape(stack);
    frame.pixel_type = common_pixel_type(stacks);
    std::vector<std::byte> pixels(frame.shape.pixels() * bytes_per_pixel(frame.pixel_type));
    stack.get(next_++, hdf5::type_of(frame.pixel_type), pixels.data());
    frame.pixels = PixelBuffer::take(std::move(pixels));
    sink(ForeignEvent(std::move(frame)));
  } catch (const Failure& failure) {
    known_ = next_;  // tried again when the file changes
    sink(failure.error);
  }
}

}  // namespace phasecast::bridge
