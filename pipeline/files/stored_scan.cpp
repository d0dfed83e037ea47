#include <algorithm>

#include "messages/crc32c.hpp"
#include "messages/wire/limits.hpp"
#include "pipeline/files/energy_unit.hpp"
#include "pipeline/files/fingerprint.hpp"
#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/layouts.hpp"
#include "pipeline/files/plausible.hpp"

namespace phasecast {

namespace {

using hdf5::Dataset;
using hdf5::File;

std::vector<std::byte> read_pixels(const Dataset& stack, std::uint64_t slot, Shape shape, PixelType type) {
  const std::size_t size = shape.pixels() * bytes_per_pixel(type);
  require_plausible(stack.path(), stack.name(), size);
  std::vector<std::byte> bytes(size);
  if (stack.dims().size() == 2)
    stack.read(hdf5::type_of(type), bytes.data());
  else
    stack.get(slot, hdf5::type_of(type), bytes.data());
  return bytes;
}

PixelType pixel_type_for(const Dataset& stack) {
  const hdf5::Handle type = stack.type();
  const std::size_t size = H5Tget_size(type.get());
  if (H5Tget_class(type.get()) == H5T_FLOAT) return size <= 4 ? PixelType::float32 : PixelType::float64;
  if (H5Tget_sign(type.get()) == H5T_SGN_NONE && size <= 4)
    return size == 1 ? PixelType::uint8 : size == 2 ? PixelType::uint16 : PixelType::uint32;
  return size <= 2 ? PixelType::float32 : PixelType::float64;  // signed counts, exactly
}

std::string stable_id(const File& file, const StoredScan::Stacks& stacks, const ScanStart& start) {
  Fingerprint print;
  const std::string name = std::filesystem::path(file.path()).filename().string();
  print.add(name.data(), name.size());
  print.add(start.energies_ev.data(), start.energies_ev.size() * sizeof(double));
  for (const auto& [kind, stack] : stacks) {
    const hdf5::Dims dims = stack.dims();
    print.add(dims.data(), dims.size() * sizeof(hsize_t));
    const auto pixels = read_pixels(stack, 0, start.shape, start.pixel_type);
    print.add(pixels.data(), pixels.size());
  }
  return print.uuid();
}

}  // namespace

StoredScan::StoredScan(File file, Stacks stacks, ScanStart start, std::vector<StoredFrame> frames,
                       ScanEnd end)
    : file_(std::move(file)),
      stacks_(std::move(stacks)),
      start_(std::move(start)),
      frames_(std::move(frames)),
      end_(std::move(end)) {}

Result<Frame> StoredScan::frame(std::uint64_t sequence) {
  if (sequence >= frames_.size())
    return Error{"sequence", file_.path(), "frame", std::to_string(sequence),
                 "below " + std::to_string(frames_.size())};
  const StoredFrame& stored = frames_[sequence];
  try {
    auto pixels = read_pixels(stacks_.at(stored.header.kind), stored.slot, start_.shape, start_.pixel_type);
    if (stored.checked && crc32c(pixels) != stored.header.crc32c)
      return Error{"crc", file_.path(), "frame " + std::to_string(stored.header.sequence),
                   "changed since it was received", "the pixels of its checksum"};
    return Frame{stored.header, PixelBuffer::take(std::move(pixels)), stored.received_utc_ns};
  } catch (const Failure& failure) {
    return failure.error;
  }
}

Dataset open_stack(const File& file, const std::string& name) {
  Dataset stack = Dataset::open(file, name);
  const hdf5::Dims dims = stack.dims();
  if (!stack.is_number()) throw Failure({"type", file.path(), name, "not numbers", "integers or floats"});
  if ((dims.size() != 2 && dims.size() != 3) || std::find(dims.begin(), dims.end(), 0U) != dims.end())
    throw Failure({"shape", file.path(), name, hdf5::to_text(dims), "images [n, Y, X] or one image [Y, X]"});
  return stack;
}

hsize_t images_in(const Dataset& stack) {
  const hdf5::Dims dims = stack.dims();
  return dims.size() == 2 ? 1 : dims.front();
}

Shape image_shape(const Dataset& stack) {
  const hdf5::Dims dims = stack.dims();
  return plausible_shape(stack.path(), stack.name(), dims[dims.size() - 2], dims.back());
}

void require_shape(const Dataset& stack, Shape shape, const std::string& like) {
  if (image_shape(stack) == shape) return;
  throw Failure({"shape", stack.path(), stack.name(), hdf5::to_text(stack.dims()),
                 "images of " + std::to_string(shape.height) + " x " + std::to_string(shape.width) +
                     " pixels, as in " + like});
}

std::vector<double> read_energies(const File& file, const std::string& name,
                                  std::vector<std::string>& assumptions) {
  const Dataset dataset = Dataset::open(file, name);
  if (!dataset.is_number()) throw Failure({"type", file.path(), name, "not numbers", "a list of energies"});
  require_at_most(file.path(), name, dataset.dims(1, "a list of energies [E]").front(), limits::scan_frames,
                  "energies");
  const std::string unit =
      hdf5::has_attribute(file, name, "units") ? hdf5::text_attribute(file, name, "units") : "";
  return in_ev(hdf5::read_numbers<double>(dataset), unit, file.path(), name, assumptions);
}

PixelType common_pixel_type(const StoredScan::Stacks& stacks) {
  PixelType common = pixel_type_for(stacks.begin()->second);
  for (const auto& [kind, stack] : stacks) {
    const PixelType other = pixel_type_for(stack);
    if (other == common) continue;
    const auto is_float = [](PixelType type) { return type >= PixelType::float32; };
    const auto exact_in_float32 = [](PixelType type) {
      return type != PixelType::uint32 && type != PixelType::float64;
    };
    if (is_float(common) || is_float(other))
      common = exact_in_float32(common) && exact_in_float32(other) ? PixelType::float32 : PixelType::float64;
    else
      common = std::max(common, other);
  }
  return common;
}

std::unique_ptr<ScanSource> make_foreign_scan(File file, StoredScan::Stacks stacks, ScanStart start,
                                              std::vector<StoredFrame> frames) {
  require_at_most(file.path(), "energies", start.energies_ev.size(), limits::energies, "energies");
  require_at_most(file.path(), "frames", frames.size(), limits::scan_frames, "frames");
  start.source = std::filesystem::path(file.path()).filename().string();
  start.scan_id = stable_id(file, stacks, start);
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
  return std::make_unique<StoredScan>(std::move(file), std::move(stacks), std::move(start), std::move(frames),
                                      std::move(end));
}

}  // namespace phasecast
