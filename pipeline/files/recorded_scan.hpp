#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "messages/drift.hpp"
#include "messages/result.hpp"
#include "messages/scan.hpp"

namespace phasecast {

/// A recording as its writer left it, finished or not, and where its pixels lie: a restart takes them from
/// there without HDF5, which only one thread may use.
struct RecordedScan {
  struct Slot {
    FrameHeader header;
    std::int64_t received_utc_ns = 0;
    std::uint64_t row = 0;     ///< of /entry/frames
    std::uint64_t offset = 0;  ///< of the pixels, bytes
  };
  std::filesystem::path path;
  ScanStart start;
  std::vector<Slot> frames;            ///< by sequence; their pixels are what the checksum says
  std::vector<std::uint64_t> damaged;  ///< rows whose frame is not in the file as it was received
  std::optional<ScanEnd> end;          ///< nothing: the writer died before its scan ended
  std::vector<Drift> drift = {};       ///< as measured before a restart, from beside the recording
};

/// Every frame's checksum is verified. A file that a power cut left shorter than its layout is made as long
/// as that again, with zeros; what was in the lost part is damaged. Nobody else may be writing the file.
Result<RecordedScan> read_recorded_scan(const std::filesystem::path& path);

/// The frame as it was received; an error names the file if its pixels cannot be read or are not those any
/// more.
Result<Frame> read_frame(const RecordedScan& scan, const RecordedScan::Slot& slot);

}  // namespace phasecast
