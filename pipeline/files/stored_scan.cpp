#include "pipeline/files/stored_scan.hpp"

#include <algorithm>
#include <filesystem>

#include "messages/crc32c.hpp"
#include "messages/wire/limits.hpp"
#include "pipeline/files/failure.hpp"
#include "pipeline/files/fingerprint.hpp"
#include "pipeline/files/plausible.hpp"

namespace phasecast {

namespace {

/// Of the name, the energies and the first image of each kind.
std::string stable_id(const ScanStart& start, const std::vector<StoredFrame>& frames,
                      const StoredScan::ReadPixels& read) {
  Fingerprint print;
  print.add(start.source.data(), start.source.size());
  print.add(start.energies_ev.data(), start.energies_ev.size() * sizeof(double));
  for (const FrameKind kind : {FrameKind::dark, FrameKind::flat, FrameKind::sample}) {
    const auto first = std::find_if(frames.begin(), frames.end(),
                                    [&](const StoredFrame& frame) { return frame.header.kind == kind; });
    if (first == frames.end()) continue;
    const auto pixels = read(*first);
    print.add(pixels.data(), pixels.size());
  }
  return print.uuid();
}

}  // namespace

StoredScan::StoredScan(std::string path, ScanStart start, std::vector<StoredFrame> frames, ScanEnd end,
                       ReadPixels read)
    : path_(std::move(path)),
      start_(std::move(start)),
      frames_(std::move(frames)),
      end_(std::move(end)),
      read_(std::move(read)) {}

Result<Frame> StoredScan::frame(std::uint64_t sequence) {
  if (sequence >= frames_.size())
    return Error{"sequence", path_, "frame", std::to_string(sequence),
                 "below " + std::to_string(frames_.size())};
  const StoredFrame& stored = frames_[sequence];
  try {
    auto pixels = read_(stored);
    if (stored.checked && crc32c(pixels) != stored.header.crc32c)
      return Error{"crc", path_, "frame " + std::to_string(stored.header.sequence),
                   "changed since it was received", "the pixels of its checksum"};
    return Frame{stored.header, PixelBuffer::take(std::move(pixels)), stored.received_utc_ns};
  } catch (const Failure& failure) {
    return failure.error;
  }
}

StoredFrame stored(FrameKind kind, std::size_t energy, std::size_t repeat, std::uint64_t slot) {
  StoredFrame frame{.header = {}, .slot = slot};
  frame.header.kind = kind;
  frame.header.energy_index = static_cast<std::uint32_t>(energy);
  frame.header.repeat = static_cast<std::uint32_t>(repeat);
  return frame;
}

std::unique_ptr<ScanSource> make_foreign_scan(const std::string& path, ScanStart start,
                                              std::vector<StoredFrame> frames, StoredScan::ReadPixels read) {
  require_at_most(path, "energies", start.energies_ev.size(), limits::energies, "energies");
  require_at_most(path, "frames", frames.size(), limits::scan_frames, "frames");
  if (frames.empty()) throw Failure({"frames", path, "", "without images", "at least one"});
  start.source = std::filesystem::path(path).filename().string();
  start.scan_id = stable_id(start, frames, read);
  start.series_id = start.scan_id;
  start.start_utc_ns = start.start_utc_ns != 0 ? start.start_utc_ns : frames.front().header.start_utc_ns;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    FrameHeader& header = frames[i].header;
    header.scan_id = start.scan_id;
    header.sequence = i;
    header.energy_set_ev = start.energies_ev[header.energy_index];
    header.shape = start.shape;
    header.pixel_type = start.pixel_type;
    header.byte_count = start.shape.pixels() * bytes_per_pixel(start.pixel_type);
  }
  ScanEnd end{start.scan_id, frames.size(), ScanStatus::complete, ""};
  return std::make_unique<StoredScan>(path, std::move(start), std::move(frames), std::move(end),
                                      std::move(read));
}

}  // namespace phasecast
