#include "pipeline/files/recorded_scan.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "messages/crc32c.hpp"
#include "pipeline/files/plausible.hpp"
#include "pipeline/files/recording.hpp"

namespace phasecast {
namespace {

/// Where HDF5's superblock (version 2 or 3, 8-byte offsets) states the file's length, little-endian.
constexpr std::array<std::uint8_t, 8> signature = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
constexpr std::size_t length_at = 28;

void restore_length(const std::filesystem::path& path) {
  std::array<char, length_at + 8> head{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(head.data(), head.size())) return;
  if (std::memcmp(head.data(), signature.data(), signature.size()) != 0 || head[8] < 2 || head[9] != 8)
    return;
  std::uint64_t length = 0;
  std::memcpy(&length, head.data() + length_at, sizeof length);
  const std::uint64_t found = std::filesystem::file_size(path);
  if (found >= length) return;
  spdlog::warn("recording file={} has {} of its {} bytes: the lost ones are taken as zero", path.string(),
               found, length);
  std::filesystem::resize_file(path, length);
}

std::array<hdf5::File::Extent, recording::kinds.size()> extents_of(const hdf5::File& file,
                                                                   const ScanStart& start) {
  std::array<hdf5::File::Extent, recording::kinds.size()> extents{};
  for (const FrameKind kind : recording::kinds)
    if (recording::plan_of(start, kind).frames(start.energies_ev.size()) > 0)
      extents[static_cast<std::size_t>(kind)] =
          hdf5::Dataset::open(file, recording::dataset_name(kind)).extent();
  return extents;
}

RecordedScan read(const std::filesystem::path& path) {
  const hdf5::File file = hdf5::File::open_to_read(path);
  RecordedScan scan{path, recording::read_scan_start(file), {}, {}, {}, {}};
  scan.end = recording::read_scan_end(file, scan.start.scan_id);
  const auto extents = extents_of(file, scan.start);
  require_plausible(path.string(), "a frame",
                    scan.start.shape.pixels() * bytes_per_pixel(scan.start.pixel_type));
  const auto rows = recording::read_written_rows(hdf5::Dataset::open(file, "/entry/frames"));
  for (const auto& [place, row] : rows) {
    if (!recording::fits(row, scan.start)) {
      scan.damaged.push_back(place);
      continue;
    }
    FrameHeader header = recording::header_of(row, scan.start);
    const std::uint64_t offset = extents[row.kind].first + row.slot * header.byte_count;
    scan.frames.push_back({std::move(header), row.received_utc_ns, place, offset});
  }
  return scan;
}

void drop_damaged(RecordedScan& scan) {
  const auto damaged = [&](const RecordedScan::Slot& slot) {
    const auto frame = read_frame(scan, slot);
    if (frame) return false;
    spdlog::warn("{}", frame.error().text());
    scan.damaged.push_back(slot.row);
    return true;
  };
  std::erase_if(scan.frames, damaged);
  std::stable_sort(scan.frames.begin(), scan.frames.end(),
                   [](const auto& a, const auto& b) { return a.header.sequence < b.header.sequence; });
}

}  // namespace

Result<RecordedScan> read_recorded_scan(const std::filesystem::path& path) try {
  restore_length(path);
  RecordedScan scan = read(path);
  drop_damaged(scan);
  return scan;
} catch (const Failure& failure) {
  return failure.error;
} catch (const std::filesystem::filesystem_error& error) {
  return Error{"disk", path.string(), "", error.code().message(), "a recording that can be read and written"};
}

Result<Frame> read_frame(const RecordedScan& scan, const RecordedScan::Slot& slot) {
  const auto fail = [&](const char* cause, const std::string& value, const std::string& expected) {
    return Error{cause, scan.path.string(), "frame " + std::to_string(slot.header.sequence), value, expected};
  };
  const int descriptor = ::open(scan.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return fail("disk", std::generic_category().message(errno), "to be readable");
  std::vector<std::byte> bytes(slot.header.byte_count);
  std::size_t have = 0;
  ssize_t got = 1;
  while (have < bytes.size() && got > 0) {
    got =
        ::pread(descriptor, bytes.data() + have, bytes.size() - have, static_cast<off_t>(slot.offset + have));
    if (got > 0) have += static_cast<std::size_t>(got);
  }
  ::close(descriptor);
  if (have < bytes.size())
    return fail("disk", std::to_string(have) + " bytes", std::to_string(bytes.size()) + " bytes");
  if (crc32c(bytes) != slot.header.crc32c)
    return fail("crc", "changed since it was received", "the pixels of its checksum");
  return Frame{slot.header, PixelBuffer::take(std::move(bytes)), slot.received_utc_ns};
}

}  // namespace phasecast
