#include <spdlog/fmt/fmt.h>

#include <optional>

#include "pipeline/files/correction_stacks.hpp"
#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/layouts.hpp"
#include "pipeline/files/named_axes.hpp"
#include "pipeline/files/text_table.hpp"
#include "pipeline/files/told_signal.hpp"

/// Data Exchange: /exchange/data, /exchange/energy [E], flats and darks under either of their two names.
/// [E, Y, X], unless an `axes` attribute says otherwise: Mantis writes [X, Y, E], "x:y", the energy unnamed.
/// Optical densities that Mantis saved beside its data are preferred to data without flats.
namespace phasecast {

namespace {

using hdf5::File;

constexpr const char* data = "/exchange/data";
constexpr const char* energy = "/exchange/energy";
constexpr const char* optical_density = "/spectromicroscopy/optical_density";

/// Mantis names x and y alone, or calls the third z.
std::vector<std::string> names_of_axes(const File& file, std::size_t rank) {
  if (!hdf5::has_attribute(file, data, "axes"))
    return rank == 2 ? std::vector<std::string>{"y", "x"} : std::vector<std::string>{"energy", "y", "x"};
  auto names = axis_names(file, data, "axes");
  if (names.size() == 3 && names[0] == "x" && names[1] == "y" && names[2] == "z") names[2] = "energy";
  if (names.size() == 2 && rank == 3) names.emplace_back("energy");
  return names;
}

/// Says which axes would have fitted, where one does.
void require_images(const ImageStack& sample, std::size_t energies, const std::string& axes) {
  if (sample.images() == energies) return;
  const hdf5::Dims dims = sample.dims();
  std::string advice;
  if (dims.size() == 3 && dims[0] == energies) advice = "; axes 'energy:y:x' would fit";
  if (dims.size() == 3 && dims[2] == energies) advice = "; axes 'x:y:energy' would fit";
  throw Failure(
      {"shape", sample.path(), sample.name(), hdf5::to_text(dims),
       std::to_string(energies) + " images, one per entry of " + energy + ", along " + axes + advice});
}

/// The one of two names that the file uses.
std::string either(const File& file, const char* one, const char* other, ScanFindings& found) {
  if (file.has(one) && file.has(other))
    found.assumptions.push_back(file.path() + ": both " + one + " and " + other + ": the first is taken");
  return file.has(one) ? one : other;
}

/// What its attributes call it, if they do.
std::optional<Signal> described_signal(const File& file, ScanFindings& found) {
  for (const char* name : {"description", "units"}) {
    if (!hdf5::has_attribute(file, data, name)) continue;
    const std::string text = lower(hdf5::text_attribute(file, data, name));
    const bool density = text.find("optical density") != std::string::npos || text == "od" ||
                         text.find("absorbance") != std::string::npos;
    if (!density && text.find("transmission") == std::string::npos) continue;
    found.signal = std::string(data) + "@" + name + " is '" + text + "'";
    return density ? Signal::absorbance : Signal::transmission;
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<ScanSource> open_data_exchange(File file, const StackDescription& said, ScanFindings& found) {
  ScanStart start;
  start.energies_ev = read_energies(file, energy, found);
  const std::size_t energies = start.energies_ev.size();
  const hdf5::Dims dims = hdf5::Dataset::open(file, data).dims();
  const auto names = names_of_axes(file, dims.size());
  const std::string axes = joined(names);
  const StackAxes order = axes_called(names, dims, file.path(), fmt::format("{}@axes", data));
  ImageStack sample = ImageStack::open(file, data, order);
  require_images(sample, energies, axes);
  require_positions(file, "/exchange/x", sample, order.column, axes);
  require_positions(file, "/exchange/y", sample, order.row, axes);
  start.shape = sample.shape();

  Stacks stacks;
  const std::string flats = either(file, "/exchange/data_white", "/exchange/white_data", found);
  const std::string darks = either(file, "/exchange/data_dark", "/exchange/dark_data", found);
  add_flats(file, flats, sample, stacks, start);
  if (start.flats.use != CorrectionUse::none) {
    require_signal_unsaid(said, file.path(), flats);
    found.signal = "counts, as " + flats + " holds flats";
  } else if (said.signal) {
    start.signal = *said.signal;
  } else if (file.has(optical_density)) {
    sample = ImageStack::open(file, optical_density, order);
    require_images(sample, energies, axes);
    sample.require_shape(start.shape, data);
    start.signal = Signal::absorbance;
    found.signal = fmt::format("absorbance, as it is {}", optical_density);
    found.assumptions.push_back(
        fmt::format("{}: no flats: {} is read instead of {}", file.path(), optical_density, data));
  } else {
    const auto described = described_signal(file, found);
    const auto image = [&](std::size_t k) { return sample.floats(k); };
    start.signal = described ? *described : signal_over_edge(start.energies_ev, image, file.path(), found);
  }
  if (start.signal == Signal::counts) add_darks(file, darks, sample, stacks, start);
  found.images = sample.name() + " " + hdf5::to_text(sample.dims()) + " is [" + axes + "]" +
                 (hdf5::has_attribute(file, data, "axes") ? ", as its axes say" : "");
  stacks.emplace(FrameKind::sample, std::move(sample));
  start.pixel_type = common_pixel_type(stacks);
  start.pixel_size_um = pixel_size_um(file, "/exchange/x", "/exchange/y", found);
  const std::string path = file.path();
  auto frames = corrections_first(start);
  return make_foreign_scan(path, start, std::move(frames),
                           pixels_from(std::move(file), std::move(stacks), start.pixel_type));
}

}  // namespace phasecast
