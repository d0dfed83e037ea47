#include "tests/torture/recorded.hpp"

#include <map>
#include <stdexcept>

#include "messages/crc32c.hpp"
#include "pipeline/files/map_file.hpp"
#include "pipeline/files/recording.hpp"

namespace phasecast::torture {
namespace {

/// All pixels of one kind, slot by slot.
PixelBuffer stack_of(const hdf5::File& file, const ScanStart& start, FrameKind kind) {
  const std::uint64_t frames = recording::plan_of(start, kind).frames(start.energies_ev.size());
  std::vector<std::byte> bytes(frames * start.shape.pixels() * bytes_per_pixel(start.pixel_type));
  if (frames > 0)
    hdf5::Dataset::open(file, recording::dataset_name(kind))
        .read(hdf5::type_of(start.pixel_type), bytes.data());
  return PixelBuffer::take(std::move(bytes));
}

}  // namespace

std::vector<Frame> RecordedScan::in_time() const {
  std::vector<Frame> frames;
  for (const Row& row : rows)
    if (!row.late) frames.push_back(row.frame);
  return frames;
}

RecordedScan read_recorded(const std::filesystem::path& path) {
  const hdf5::File file = hdf5::File::open_to_read(path);
  RecordedScan scan{recording::read_scan_start(file), {}, false};
  scan.finished = recording::read_scan_end(file, scan.start.scan_id).has_value();
  std::map<FrameKind, PixelBuffer> stacks;
  for (const FrameKind kind : recording::kinds) stacks[kind] = stack_of(file, scan.start, kind);
  for (const auto& row : recording::read_rows(hdf5::Dataset::open(file, "/entry/frames"), scan.start)) {
    Frame frame{recording::header_of(row, scan.start), {}, row.received_utc_ns};
    const PixelBuffer& stack = stacks.at(frame.header.kind);
    const std::size_t bytes = frame.header.byte_count;
    frame.pixels = {stack.owner, stack.bytes.subspan(row.slot * bytes, bytes)};
    if (crc32c(frame.pixels.bytes) != frame.header.crc32c)
      throw std::runtime_error(path.string() + ": frame " + std::to_string(row.sequence) +
                               " has other pixels than its checksum says");
    scan.rows.push_back({std::move(frame), row.late != 0});
  }
  return scan;
}

Leftovers read_leftovers(const std::vector<std::filesystem::path>& files) {
  Leftovers left;
  for (const auto& file : files) {
    if (file.filename().string().starts_with("scan_")) {
      left.scans.push_back(read_recorded(file));
      continue;
    }
    auto maps = read_maps(file);
    if (!maps) throw std::runtime_error(maps.error().text());
    std::move(maps->begin(), maps->end(), std::back_inserter(left.maps));
  }
  return left;
}

}  // namespace phasecast::torture
