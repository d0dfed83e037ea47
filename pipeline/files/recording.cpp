#include "pipeline/files/recording.hpp"

#include "messages/wire/limits.hpp"
#include "pipeline/files/plausible.hpp"

namespace phasecast::recording {
namespace {

/// As the file was claimed: all zero.
bool is_blank(const Row& row) {
  return row.sequence == 0 && row.slot == 0 && row.energy_set_ev == 0 && row.energy_readback_ev == 0 &&
         row.exposure_s == 0 && row.start_utc_ns == 0 && row.i0 == 0 && row.received_utc_ns == 0 &&
         row.energy_index == 0 && row.repeat == 0 && row.crc32c == 0 && row.kind == 0;
}

}  // namespace

std::string dataset_name(FrameKind kind) {
  return "/entry/data/" + std::string(name_of(kind));
}

CorrectionPlan plan_of(const ScanStart& start, FrameKind kind) {
  if (kind == FrameKind::dark) return start.darks;
  if (kind == FrameKind::flat) return start.flats;
  return {CorrectionUse::per_energy, start.sample_repeats};
}

std::optional<std::uint64_t> slot_of(const ScanStart& start, const FrameHeader& header) {
  const CorrectionPlan plan = plan_of(start, header.kind);
  const std::size_t energies = plan.use == CorrectionUse::none     ? 0
                               : plan.use == CorrectionUse::shared ? 1
                                                                   : start.energies_ev.size();
  if (header.energy_index >= energies || header.repeat >= plan.repeats) return std::nullopt;
  return static_cast<std::uint64_t>(header.energy_index) * plan.repeats + header.repeat;
}

hdf5::Handle row_type() {
  const hdf5::Handle kind(H5Tenum_create(H5T_NATIVE_UINT8), H5Tclose);
  for (const FrameKind one : kinds) H5Tenum_insert(kind.get(), std::string(name_of(one)).c_str(), &one);
  hdf5::Handle row(H5Tcreate(H5T_COMPOUND, sizeof(Row)), H5Tclose);
  const auto member = [&](const char* name, std::size_t offset, hid_t type) {
    H5Tinsert(row.get(), name, offset, type);
  };
  member("sequence", offsetof(Row, sequence), H5T_NATIVE_UINT64);
  member("kind", offsetof(Row, kind), kind.get());
  member("energy_index", offsetof(Row, energy_index), H5T_NATIVE_UINT32);
  member("repeat", offsetof(Row, repeat), H5T_NATIVE_UINT32);
  member("slot", offsetof(Row, slot), H5T_NATIVE_UINT64);
  member("energy_set_ev", offsetof(Row, energy_set_ev), H5T_NATIVE_DOUBLE);
  member("energy_readback_ev", offsetof(Row, energy_readback_ev), H5T_NATIVE_DOUBLE);
  member("exposure_s", offsetof(Row, exposure_s), H5T_NATIVE_DOUBLE);
  member("start_utc_ns", offsetof(Row, start_utc_ns), H5T_NATIVE_INT64);
  member("i0", offsetof(Row, i0), H5T_NATIVE_DOUBLE);
  member("received_utc_ns", offsetof(Row, received_utc_ns), H5T_NATIVE_INT64);
  member("crc32c", offsetof(Row, crc32c), H5T_NATIVE_UINT32);
  member("late", offsetof(Row, late), H5T_NATIVE_UINT8);
  return row;
}

bool fits(const Row& row, const ScanStart& start) {
  return row.kind < kinds.size() && row.slot == slot_of(start, header_of(row, start));
}

std::vector<std::pair<std::uint64_t, Row>> read_written_rows(const hdf5::Dataset& dataset) {
  dataset.dims(1, "a list of frames");
  std::vector<Row> rows(hdf5::plausible_count(dataset, sizeof(Row)));
  require_at_most(dataset.path(), dataset.name(), rows.size(), limits::scan_frames, "frames");
  if (!rows.empty()) dataset.read(row_type().get(), rows.data());
  std::vector<std::pair<std::uint64_t, Row>> written;
  for (std::size_t place = 0; place < rows.size(); ++place)
    if (!is_blank(rows[place])) written.emplace_back(place, rows[place]);
  return written;
}

std::vector<Row> read_rows(const hdf5::Dataset& dataset, const ScanStart& start) {
  std::vector<Row> rows;
  for (const auto& [place, row] : read_written_rows(dataset)) {
    rows.push_back(row);
    if (!fits(row, start))
      throw Failure({"layout", dataset.path(), dataset.name(),
                     "slot " + std::to_string(row.slot) + " in sequence " + std::to_string(row.sequence),
                     "the slot of its kind, energy and repeat"});
    if (row.sequence >= limits::scan_frames)
      throw Failure({"layout", dataset.path(), dataset.name(), "sequence " + std::to_string(row.sequence),
                     "below " + std::to_string(limits::scan_frames)});
  }
  return rows;
}

Row row_of(const Frame& frame, std::uint64_t slot, bool late) {
  const FrameHeader& header = frame.header;
  Row row{};
  row.sequence = header.sequence;
  row.slot = slot;
  row.energy_set_ev = header.energy_set_ev;
  row.energy_readback_ev = header.energy_readback_ev;
  row.exposure_s = header.exposure_s;
  row.start_utc_ns = header.start_utc_ns;
  row.i0 = header.i0;
  row.received_utc_ns = frame.received_utc_ns;
  row.energy_index = header.energy_index;
  row.repeat = header.repeat;
  row.crc32c = header.crc32c;
  row.kind = static_cast<std::uint8_t>(header.kind);
  row.late = late;
  return row;
}

FrameHeader header_of(const Row& row, const ScanStart& start) {
  FrameHeader header;
  header.scan_id = start.scan_id;
  header.sequence = row.sequence;
  header.kind = static_cast<FrameKind>(row.kind);
  header.energy_index = row.energy_index;
  header.energy_set_ev = row.energy_set_ev;
  header.energy_readback_ev = row.energy_readback_ev;
  header.repeat = row.repeat;
  header.shape = start.shape;
  header.pixel_type = start.pixel_type;
  header.byte_count = start.shape.pixels() * bytes_per_pixel(start.pixel_type);
  header.crc32c = row.crc32c;
  header.exposure_s = row.exposure_s;
  header.start_utc_ns = row.start_utc_ns;
  header.i0 = row.i0;
  return header;
}

}  // namespace phasecast::recording
