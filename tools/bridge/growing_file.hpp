#pragma once

#include <filesystem>
#include <string>

#include "tools/bridge/folder_watch.hpp"
#include "tools/bridge/source.hpp"

namespace phasecast::bridge {

/// The images of one HDF5 dataset [n, Y, X], as they come. A file that is written in SWMR mode is read while
/// it grows: an image has come when the dataset's first side says so, which its writer must let it say only
/// after the pixels (write, then flush). Any other file is read once its writer has closed it. Image k has
/// number k. Errors: those of the HDF5 reader.
class GrowingFile final : public Source {
 public:
  /// The file need not be there yet, its folder must.
  GrowingFile(std::filesystem::path file, std::string dataset);
  std::string address() const override { return file_.string(); }
  zmq::pollitem_t watched() override { return {nullptr, watch_.descriptor(), ZMQ_POLLIN, 0}; }
  bool ready() const override { return look_ || known_ > next_; }
  void take(const Sink& sink) override;

 private:
  bool may_read(bool finished) const;

  std::filesystem::path file_;
  std::string dataset_;
  FolderWatch watch_;
  bool look_ = true;         // at what is there already
  std::uint64_t known_ = 0;  // images that have come
  std::uint64_t next_ = 0;   // the one to take next
};

}  // namespace phasecast::bridge
