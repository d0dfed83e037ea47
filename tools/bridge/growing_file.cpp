#include "tools/bridge/growing_file.hpp"

#include <spdlog/fmt/fmt.h>

#include "pipeline/files/hdf5_mark.hpp"
#include "pipeline/files/image_stack.hpp"

namespace phasecast::bridge {

using hdf5::Mark, hdf5::mark_of;

namespace {

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : ".";
}

}  // namespace

GrowingFile::GrowingFile(std::filesystem::path file, std::string dataset)
    : file_(std::move(file)),
      dataset_(std::move(dataset)),
      watch_(folder_of(file_), FolderWatch::Tell::written) {}

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
  bool reading = false;
  try {
    const hdf5::File file = hdf5::File::open_to_read(file_);
    known_ = hdf5::Dataset::open(file, dataset_).dims(3, "images [n, Y, X]").front();
    if (next_ >= known_) return;
    const ImageStack stack = ImageStack::open(file, dataset_);
    ForeignFrame frame;
    frame.number = next_;
    frame.shape = stack.shape();
    frame.pixel_type = stack.pixel_type();
    reading = true;
    if (!stack.is_there(next_))  // the file was made at its full size at once
      throw Failure(
          {"pixels", file_.string(), dataset_, fmt::format("image {} was never written", next_), "an image"});
    std::vector<std::byte> pixels = stack.read(next_, frame.pixel_type);
    reading = false;
    ++next_;
    frame.pixels = PixelBuffer::take(std::move(pixels));
    sink(ForeignEvent(std::move(frame)));
  } catch (const Failure& failure) {
    const bool will_change = !reading || mark_of(file_) != Mark::closed;
    if (will_change)
      known_ = next_;  // tried again when the file changes
    else
      ++next_;
    if (!will_change || failure.error.cause != "pixels") sink(failure.error);
  }
}

}  // namespace phasecast::bridge
