#include "pipeline/files/image_stack.hpp"

#include <algorithm>
#include <cstring>

#include "messages/wire/limits.hpp"
#include "pipeline/files/energy_unit.hpp"
#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/plausible.hpp"

namespace phasecast {

namespace {

using hdf5::Dataset;

/// [X, Y] to [Y, X].
std::vector<std::byte> transposed(const std::vector<std::byte>& pixels, Shape shape, std::size_t size) {
  std::vector<std::byte> turned(pixels.size());
  const auto height = static_cast<std::size_t>(shape.height), width = static_cast<std::size_t>(shape.width);
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x)
      std::memcpy(&turned[(y * width + x) * size], &pixels[(x * height + y) * size], size);
  return turned;
}

struct HeldStacks {
  hdf5::File file;
  Stacks stacks;
};

}  // namespace

ImageStack ImageStack::open(const hdf5::File& file, const std::string& name, StackAxes axes) {
  Dataset dataset = Dataset::open(file, name);
  const hdf5::Dims dims = dataset.dims();
  if (!dataset.is_number()) throw Failure({"type", file.path(), name, "not numbers", "integers or floats"});
  if ((dims.size() != 2 && dims.size() != 3) || std::find(dims.begin(), dims.end(), 0U) != dims.end())
    throw Failure({"shape", file.path(), name, hdf5::to_text(dims), "images [n, Y, X] or one image [Y, X]"});
  return {std::move(dataset), axes};
}

hsize_t ImageStack::images() const {
  const hdf5::Dims all = dims();
  return all.size() == 2 ? 1 : all[axes_.image];
}

Shape ImageStack::shape() const {
  const hdf5::Dims all = dims();
  if (all.size() == 3) return plausible_shape(path(), name(), all[axes_.row], all[axes_.column]);
  const bool rows_first = axes_.row < axes_.column;
  return plausible_shape(path(), name(), all[rows_first ? 0 : 1], all[rows_first ? 1 : 0]);
}

void ImageStack::require_shape(Shape wanted, const std::string& like) const {
  if (shape() == wanted) return;
  throw Failure({"shape", path(), name(), hdf5::to_text(dims()),
                 "images of " + std::to_string(wanted.height) + " x " + std::to_string(wanted.width) +
                     " pixels, as in " + like});
}

PixelType ImageStack::pixel_type() const {
  const hdf5::Handle type = dataset_.type();
  const std::size_t size = H5Tget_size(type.get());
  if (H5Tget_class(type.get()) == H5T_FLOAT) return size <= 4 ? PixelType::float32 : PixelType::float64;
  if (H5Tget_sign(type.get()) == H5T_SGN_NONE && size <= 4)
    return size == 1 ? PixelType::uint8 : size == 2 ? PixelType::uint16 : PixelType::uint32;
  return size <= 2 ? PixelType::float32 : PixelType::float64;  // signed counts, exactly
}

std::vector<std::byte> ImageStack::read(std::uint64_t image, PixelType type) const {
  const std::size_t size = bytes_per_pixel(type);
  require_plausible(path(), name(), shape().pixels() * size);
  std::vector<std::byte> bytes(shape().pixels() * size);
  if (dims().size() == 2)
    dataset_.read(hdf5::type_of(type), bytes.data());
  else
    dataset_.get(image, hdf5::type_of(type), bytes.data(), axes_.image);
  return axes_.row < axes_.column ? bytes : transposed(bytes, shape(), size);
}

std::vector<float> ImageStack::floats(std::uint64_t image) const {
  const auto bytes = read(image, PixelType::float32);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

PixelType common_pixel_type(const Stacks& stacks) {
  PixelType common = stacks.begin()->second.pixel_type();
  for (const auto& [kind, stack] : stacks) {
    const PixelType other = stack.pixel_type();
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

StoredScan::ReadPixels pixels_from(hdf5::File file, Stacks stacks, PixelType type) {
  const auto held = std::make_shared<const HeldStacks>(HeldStacks{std::move(file), std::move(stacks)});
  return [held, type](const StoredFrame& frame) {
    return held->stacks.at(frame.header.kind).read(frame.slot, type);
  };
}

std::vector<double> read_energies(const hdf5::File& file, const std::string& name, ScanFindings& found) {
  const Dataset dataset = Dataset::open(file, name);
  if (!dataset.is_number()) throw Failure({"type", file.path(), name, "not numbers", "a list of energies"});
  require_at_most(file.path(), name, dataset.dims(1, "a list of energies [E]").front(), limits::scan_frames,
                  "energies");
  std::string unit =
      hdf5::has_attribute(file, name, "units") ? hdf5::text_attribute(file, name, "units") : "";
  if (unit.find_first_not_of(' ') == std::string::npos) unit.clear();
  const std::size_t said = found.assumptions.size();
  auto energies = in_ev(hdf5::read_numbers<double>(dataset), unit, file.path(), name, found.assumptions);
  require_beam_energies(energies, file.path(), name);
  found.energies = said < found.assumptions.size() ? found.assumptions.back().substr(file.path().size() + 2)
                                                   : name + " in " + unit + ", as its units say";
  return energies;
}

}  // namespace phasecast
