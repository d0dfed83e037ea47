#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/files/hdf5.hpp"
#include "pipeline/scan_source.hpp"

/// One function per layout that scan_reader.cpp knows, and what they share. They throw Failure.
namespace phasecast {

std::unique_ptr<ScanSource> open_recording(hdf5::File file, std::vector<std::string>& assumptions);
std::unique_ptr<ScanSource> open_fxi(hdf5::File file, std::vector<std::string>& assumptions);
std::unique_ptr<ScanSource> open_aps_32id(hdf5::File file, std::vector<std::string>& assumptions);

/// A frame that lies in a file: what will be said about it and where its pixels are.
struct StoredFrame {
  FrameHeader header;
  std::uint64_t slot = 0;
  std::int64_t received_utc_ns = 0;
  bool checked = false;  ///< its header has the checksum that its pixels had when they were received
};

/// Hands out the frames of a file, reading one at a time.
class StoredScan final : public ScanSource {
 public:
  using Stacks = std::map<FrameKind, hdf5::Dataset>;
  StoredScan(hdf5::File file, Stacks stacks, ScanStart start, std::vector<StoredFrame> frames, ScanEnd end);
  const ScanStart& start() const override { return start_; }
  std::uint64_t frame_count() const override { return frames_.size(); }
  Result<Frame> frame(std::uint64_t sequence) override;
  ScanEnd end() const override { return end_; }

 private:
  hdf5::File file_;
  Stacks stacks_;
  ScanStart start_;
  std::vector<StoredFrame> frames_;
  ScanEnd end_;
};

/// Opens a stack of images [n, Y, X] or one image [Y, X]; refuses anything else.
hdf5::Dataset open_stack(const hdf5::File& file, const std::string& name);
hsize_t images_in(const hdf5::Dataset& stack);
Shape image_shape(const hdf5::Dataset& stack);
void require_shape(const hdf5::Dataset& stack, Shape shape, const std::string& like);

/// The energies of a list dataset in eV.
std::vector<double> read_energies(const hdf5::File& file, const std::string& name,
                                  std::vector<std::string>& assumptions);

/// The smallest pixel type that holds every value of all stacks.
PixelType common_pixel_type(const StoredScan::Stacks& stacks);

/// Finishes a foreign scan: gives it an id that depends only on the file's name and content, numbers the
/// frames and completes their headers.
std::unique_ptr<ScanSource> make_foreign_scan(hdf5::File file, StoredScan::Stacks stacks, ScanStart start,
                                              std::vector<StoredFrame> frames);

}  // namespace phasecast
