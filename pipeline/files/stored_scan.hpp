#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/scan_source.hpp"

namespace phasecast {

/// A frame that lies in a file: what will be said about it and where its pixels are.
struct StoredFrame {
  FrameHeader header;
  std::uint64_t slot = 0;
  std::int64_t received_utc_ns = 0;
  bool checked = false;  ///< its header has the checksum that its pixels had when they were received
};

/// Hands out the frames of a file, or of several that make up one scan, reading one at a time.
class StoredScan final : public ScanSource {
 public:
  /// Little-endian pixels of the scan's type and shape; throws a Failure.
  using ReadPixels = std::function<std::vector<std::byte>(const StoredFrame&)>;
  StoredScan(std::string path, ScanStart start, std::vector<StoredFrame> frames, ScanEnd end,
             ReadPixels read);
  const ScanStart& start() const override { return start_; }
  std::uint64_t frame_count() const override { return frames_.size(); }
  Result<Frame> frame(std::uint64_t sequence) override;
  ScanEnd end() const override { return end_; }

 private:
  std::string path_;
  ScanStart start_;
  std::vector<StoredFrame> frames_;
  ScanEnd end_;
  ReadPixels read_;
};

/// A frame of a scan of others, before it has its number.
StoredFrame stored(FrameKind kind, std::size_t energy, std::size_t repeat, std::uint64_t slot);

/// Finishes a foreign scan: gives it an id that depends only on the file's name and content, numbers the
/// frames and completes their headers. Throws a Failure where it is beyond what messages may carry.
std::unique_ptr<ScanSource> make_foreign_scan(const std::string& path, ScanStart start,
                                              std::vector<StoredFrame> frames, StoredScan::ReadPixels read);

}  // namespace phasecast
