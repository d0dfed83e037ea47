#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "messages/scan.hpp"
#include "pipeline/files/hdf5.hpp"

/// What the writer and the reader of a recording share: names, plans, slots, rows.
namespace phasecast::recording {

inline constexpr std::array kinds = {FrameKind::dark, FrameKind::flat, FrameKind::sample};

std::string dataset_name(FrameKind kind);  ///< "/entry/data/sample"

/// How many frames of a kind the scan will send, for samples too.
CorrectionPlan plan_of(const ScanStart& start, FrameKind kind);

/// Where a frame of this kind, energy and repeat lies in its dataset; nothing if it is outside the plan.
std::optional<std::uint64_t> slot_of(const ScanStart& start, const FrameHeader& header);

/// A row of /entry/frames.
struct Row {
  std::uint64_t sequence;
  std::uint64_t slot;
  double energy_set_ev;
  double energy_readback_ev;
  double exposure_s;
  std::int64_t start_utc_ns;
  double i0;
  std::int64_t received_utc_ns;
  std::uint32_t energy_index;
  std::uint32_t repeat;
  std::uint32_t crc32c;
  std::uint8_t kind;
  std::uint8_t late;
};
hdf5::Handle row_type();
/// Whether a row's slot is that of its kind, energy and repeat.
bool fits(const Row& row, const ScanStart& start);
/// Every row that was written, with its place; a writer that dies may leave room for rows behind.
std::vector<std::pair<std::uint64_t, Row>> read_written_rows(const hdf5::Dataset& rows);
/// Refuses rows that point outside the plan.
std::vector<Row> read_rows(const hdf5::Dataset& rows, const ScanStart& start);

Row row_of(const Frame& frame, std::uint64_t slot, bool late);
FrameHeader header_of(const Row& row, const ScanStart& start);

void write_scan_start(const hdf5::File& file, const ScanStart& start);
ScanStart read_scan_start(const hdf5::File& file);

/// Makes room for the end; it is there once the tables are emptied.
void make_scan_end(const hdf5::File& file);
void write_scan_end(const hdf5::File& file, const ScanEnd& end);
/// Nothing if the recording stopped before its scan did.
std::optional<ScanEnd> read_scan_end(const hdf5::File& file, const std::string& scan_id);

}  // namespace phasecast::recording
