#include "pipeline/files/scan_file.hpp"

#include <algorithm>
#include <optional>

#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/recording.hpp"

namespace phasecast {

namespace {

using hdf5::Dataset;
using hdf5::Dims;
using hdf5::File;

// HDF5 1.10 forgets a chunk whose first write failed: a second try seems to succeed, but the chunk never gets
// into its index and its data are lost. So everything has its place before the first frame: each pixel chunk
// its address, and everything else (index, rows) disk blocks claimed from the system. What can then still
// meet a full disk is the plain write of one frame's pixels, which may be tried again.
constexpr hsize_t rows_per_chunk = 512;
constexpr std::size_t header_bytes = 128 << 10;

/// About what a recording holds besides pixels.
std::size_t room_for(const ScanStart& start) {
  const std::size_t rows = start.planned_frames() + rows_per_chunk;
  return header_bytes + rows * (sizeof(recording::Row) + 4 * sizeof(double));
}

std::size_t index_of(FrameKind kind) {
  return static_cast<std::size_t>(kind);
}

}  // namespace

struct ScanFileWriter::Impl {
  File file;  // first, so that it is closed after everything in it
  ScanStart start;
  std::optional<Dataset> pixels[recording::kinds.size()];
  std::vector<bool> taken[recording::kinds.size()];
  std::optional<Dataset> rows;
  hdf5::Handle row_type = recording::row_type();
  std::uint64_t row_count = 0;
  std::vector<std::uint64_t> blank_rows;  // below row_count, to be filled first

  Impl(File opened, ScanStart scan) : file(std::move(opened)), start(std::move(scan)) {}

  void create();
  std::vector<File::Extent> make_pixels();
  void open();
  void blank(const std::vector<std::uint64_t>& damaged);
  Error refuse(const std::string& cause, const std::string& field, const std::string& value,
               const std::string& expected) const {
    return {cause, file.path(), field, value, expected};
  }
  Result<std::uint64_t> free_slot(const FrameHeader& header) const;
  Result<Ok> write(const Frame& frame, bool late);
  void flush(bool to_disk);
  void finish(const ScanEnd& end, bool to_disk);
};

void ScanFileWriter::Impl::create() {
  if (start.shape.height < 1 || start.shape.width < 1 || start.sample_repeats < 1 ||
      start.energies_ev.empty())
    throw Failure(
        refuse("shape", "scan_start", "without pixels, repeats or energies", "at least one of each"));
  hdf5::set_attribute(file, "/", "NX_class", "NXroot");
  hdf5::set_attribute(file, "/", "default", "entry");
  file.make_group("/entry", "NXentry");
  hdf5::set_attribute(file, "/entry", "default", "data");
  file.make_group("/entry/data", "NXdata");
  hdf5::set_attribute(file, "/entry/data", "signal", "sample");
  hdf5::set_attribute(file, "/entry/data", "axes", std::vector<std::string>{"energy", ".", "."});
  hdf5::set_attribute(file, "/entry/data", "energy_indices", std::uint32_t{0});
  recording::write_scan_start(file, start);
  recording::make_scan_end(file);
  Dataset::create(
      file, "/entry/frames", row_type.get(),
      {.dims = {start.planned_frames()}, .chunk = {rows_per_chunk}, .most = {H5S_UNLIMITED}, .placed = true});

  file.flush();  // all this gets its place before the pixels: a file cut short keeps it
  const std::vector<File::Extent> extents = make_pixels();
  for (const char* table : {"/entry/frames", "/entry/scan_end", "/entry/scan_end_reason"})
    Dataset::open(file, table).grow({0});  // leaves the room of a full table behind, before the pixels
  file.claim(extents);
  file.start_swmr();
}

std::vector<File::Extent> ScanFileWriter::Impl::make_pixels() {
  std::vector<File::Extent> extents;
  const std::pair<FrameKind, const char*> links[] = {
      {FrameKind::dark, "/img_dark"}, {FrameKind::flat, "/img_bkg"}, {FrameKind::sample, "/img_xanes"}};
  for (const auto& [kind, link] : links) {
    const std::uint64_t frames = recording::plan_of(start, kind).frames(start.energies_ev.size());
    if (frames == 0) continue;
    const hsize_t height = static_cast<hsize_t>(start.shape.height);
    const hsize_t width = static_cast<hsize_t>(start.shape.width);
    const Dataset created =
        Dataset::create(file, recording::dataset_name(kind), hdf5::type_of(start.pixel_type),
                        {.dims = {frames, height, width}, .chunk = {1, height, width}, .placed = true});
    extents.push_back(created.extent());
    file.link(recording::dataset_name(kind), link);
  }
  return extents;
}

void ScanFileWriter::Impl::open() {
  for (const FrameKind kind : recording::kinds) {
    taken[index_of(kind)].resize(recording::plan_of(start, kind).frames(start.energies_ev.size()));
    if (!taken[index_of(kind)].empty())
      pixels[index_of(kind)] = Dataset::open(file, recording::dataset_name(kind));
  }
  rows = Dataset::open(file, "/entry/frames");
  for (const recording::Row& row : recording::read_rows(*rows, start)) taken[row.kind][row.slot] = true;
  row_count = rows->dims().front();
}

void ScanFileWriter::Impl::blank(const std::vector<std::uint64_t>& damaged) {
  const hdf5::Dataset table = hdf5::Dataset::open(file, "/entry/frames");
  const recording::Row nothing{};
  for (const std::uint64_t row : damaged) table.put(row, row_type.get(), &nothing);
  blank_rows = damaged;
}

Result<std::uint64_t> ScanFileWriter::Impl::free_slot(const FrameHeader& header) const {
  const auto slot = recording::slot_of(start, header);
  if (slot && !taken[index_of(header.kind)][*slot]) return *slot;
  const CorrectionPlan plan = recording::plan_of(start, header.kind);
  const std::string planned = std::string(name_of(plan.use)) + ", " +
                              std::to_string(start.energies_ev.size()) + " energies, " +
                              std::to_string(plan.repeats) + " repeats, as planned";
  return refuse("slot", "frame",
                std::string(name_of(header.kind)) + " of energy " + std::to_string(header.energy_index) +
                    ", repeat " + std::to_string(header.repeat),
                slot ? "each frame only once" : planned);
}

Result<Ok> ScanFileWriter::Impl::write(const Frame& frame, bool late) {
  const FrameHeader& header = frame.header;
  if (!file.is_open()) return refuse("closed", "", "finished", "to be reopened for late frames");
  if (header.scan_id != start.scan_id) return refuse("scan", "scan_id", header.scan_id, start.scan_id);
  if (header.shape != start.shape || header.pixel_type != start.pixel_type)
    return refuse("shape", "pixels",
                  hdf5::to_text({hsize_t(header.shape.height), hsize_t(header.shape.width)}) + " " +
                      std::string(name_of(header.pixel_type)),
                  hdf5::to_text({hsize_t(start.shape.height), hsize_t(start.shape.width)}) + " " +
                      std::string(name_of(start.pixel_type)));
  const std::size_t bytes = start.shape.pixels() * bytes_per_pixel(start.pixel_type);
  if (frame.pixels.bytes.size() != bytes)
    return refuse("shape", "byte_count", std::to_string(frame.pixels.bytes.size()), std::to_string(bytes));
  const Result<std::uint64_t> slot = free_slot(header);
  if (!slot) return slot.error();
  try {
    pixels[index_of(header.kind)]->put_chunk(*slot, frame.pixels.bytes);
    const recording::Row row = recording::row_of(frame, *slot, late);
    rows->put(blank_rows.empty() ? row_count : blank_rows.back(), row_type.get(), &row);
  } catch (const Failure& failure) {
    return failure.error;
  }
  blank_rows.empty() ? void(++row_count) : blank_rows.pop_back();
  taken[index_of(header.kind)][*slot] = true;
  return Ok{};
}

void ScanFileWriter::Impl::flush(bool to_disk) {
  file.flush();
  if (to_disk) file.sync();
}

void ScanFileWriter::Impl::finish(const ScanEnd& end, bool to_disk) {
  recording::write_scan_end(file, end);
  flush(to_disk);
  for (auto& dataset : pixels) dataset.reset();
  rows.reset();
  file.close();
}

ScanFileWriter::ScanFileWriter(const std::filesystem::path& path, const ScanStart& start)
    : impl_(std::make_unique<Impl>(File::create(path, room_for(start)), start)) {
  try {
    impl_->create();
    impl_->open();
  } catch (...) {
    impl_.reset();
    std::filesystem::remove(File::partial(path));  // half made: it would be in the way of the next try
    throw;
  }
}

ScanFileWriter::ScanFileWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

std::unique_ptr<ScanFileWriter> ScanFileWriter::reopen(const std::filesystem::path& path,
                                                       const std::vector<std::uint64_t>& damaged) {
  File file = File::open_to_append(path);
  ScanStart start = recording::read_scan_start(file);
  auto impl = std::make_unique<Impl>(std::move(file), std::move(start));
  impl->blank(damaged);
  impl->open();
  return std::unique_ptr<ScanFileWriter>(new ScanFileWriter(std::move(impl)));
}

ScanFileWriter::~ScanFileWriter() = default;

Result<Ok> ScanFileWriter::write(const Frame& frame, bool late) {
  return impl_->write(frame, late);
}
void ScanFileWriter::flush(bool to_disk) {
  impl_->flush(to_disk);
}
void ScanFileWriter::finish(const ScanEnd& end, bool to_disk) {
  impl_->finish(end, to_disk);
}

}  // namespace phasecast
