#include <algorithm>

#include "pipeline/files/layouts.hpp"
#include "pipeline/files/recording.hpp"

namespace phasecast {

namespace {

constexpr const char* cut_short = "the recording stops before the scan's end";

}  // namespace

std::unique_ptr<ScanSource> open_recording(hdf5::File file, std::vector<std::string>& assumptions) {
  ScanStart start = recording::read_scan_start(file);
  std::vector<recording::Row> rows = recording::read_rows(hdf5::Dataset::open(file, "/entry/frames"), start);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  std::vector<StoredFrame> frames;
  for (const recording::Row& row : rows)
    frames.push_back({recording::header_of(row, start), row.slot, row.received_utc_ns, true});

  StoredScan::Stacks stacks;
  for (const FrameKind kind : recording::kinds) {
    if (recording::plan_of(start, kind).frames(start.energies_ev.size()) == 0) continue;
    hdf5::Dataset stack = open_stack(file, recording::dataset_name(kind));
    require_shape(stack, start.shape, "/entry/scan_start");
    stacks.emplace(kind, std::move(stack));
  }

  const std::uint64_t seen = rows.empty() ? 0 : rows.back().sequence + 1;
  auto end = recording::read_scan_end(file, start.scan_id);
  if (!end) {
    assumptions.push_back(file.path() + ": " + cut_short + ": taken as aborted");
    end = ScanEnd{start.scan_id, seen, ScanStatus::aborted, cut_short};
  }
  return std::make_unique<StoredScan>(std::move(file), std::move(stacks), std::move(start), std::move(frames),
                                      std::move(*end));
}

}  // namespace phasecast
