#include <algorithm>

#include "pipeline/files/image_stack.hpp"
#include "pipeline/files/layouts.hpp"
#include "pipeline/files/recording.hpp"

namespace phasecast {

namespace {

constexpr const char* cut_short = "the recording stops before the scan's end";

}  // namespace

std::unique_ptr<ScanSource> open_recording(hdf5::File file, const StackDescription& said,
                                           ScanFindings& found) {
  require_signal_unsaid(said, file.path(), "/entry/scan_start");
  ScanStart start = recording::read_scan_start(file);
  std::vector<recording::Row> rows = recording::read_rows(hdf5::Dataset::open(file, "/entry/frames"), start);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  std::vector<StoredFrame> frames;
  for (const recording::Row& row : rows)
    frames.push_back({recording::header_of(row, start), row.slot, row.received_utc_ns, true});

  Stacks stacks;
  for (const FrameKind kind : recording::kinds) {
    if (recording::plan_of(start, kind).frames(start.energies_ev.size()) == 0) continue;
    ImageStack stack = ImageStack::open(file, recording::dataset_name(kind));
    stack.require_shape(start.shape, "/entry/scan_start");
    stacks.emplace(kind, std::move(stack));
  }

  const std::uint64_t seen = rows.empty() ? 0 : rows.back().sequence + 1;
  auto end = recording::read_scan_end(file, start.scan_id);
  if (!end) {
    found.assumptions.push_back(file.path() + ": " + cut_short + ": taken as aborted");
    end = ScanEnd{start.scan_id, seen, ScanStatus::aborted, cut_short};
  }
  found.energies = "/entry/data/energy in eV";
  found.images = "/entry/data/sample is [energy and repeat, y, x]";
  found.signal = "/entry/scan_start says so";
  const std::string path = file.path();
  auto read = pixels_from(std::move(file), std::move(stacks), start.pixel_type);
  return std::make_unique<StoredScan>(path, std::move(start), std::move(frames), std::move(*end),
                                      std::move(read));
}

}  // namespace phasecast
