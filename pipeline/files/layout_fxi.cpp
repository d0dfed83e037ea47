#include <algorithm>
#include <charconv>

#include "messages/units.hpp"
#include "messages/wire/limits.hpp"
#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/layouts.hpp"
#include "pipeline/files/plausible.hpp"

/// NSLS-II FXI: /img_xanes [E, Y, X], /img_bkg, /img_dark, /X_eng.
namespace phasecast {

namespace {

using hdf5::Dataset;
using hdf5::File;

constexpr double largest_transmission = 2;

std::string first_text(const Dataset& dataset) {
  const auto texts = hdf5::read_texts(dataset);
  if (texts.empty()) throw Failure({"text", dataset.path(), dataset.name(), "empty", "a text"});
  return texts.front();
}

/// "80nm"; the file's own way to say the pixel size.
double pixel_size_um(const File& file, std::vector<std::string>& assumptions) {
  constexpr const char* name = "/Pixel Size";
  if (!file.has(name)) return 0;
  const Dataset dataset = Dataset::open(file, name);
  if (dataset.is_number()) {
    assumptions.push_back(file.path() + ": " + name + " has no unit: taken as not known");
    return 0;
  }
  const std::string text = first_text(dataset);
  double size = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  std::string unit(rest, text.data() + text.size());
  std::erase(unit, ' ');
  const bool nm = unit == "nm";
  const bool um = unit == "um" || unit == "\u00b5m" || unit == "\u03bcm";
  if (error != std::errc() || size <= 0 || (!nm && !um))
    throw Failure({"pixel_size", file.path(), name, text, "a size in nm or um such as '80nm'"});
  return nm ? size / 1000 : size;
}

/// Without flats nothing in the file says whether the pixels are divided by them already.
Signal signal_without_flats(const Dataset& sample, Shape shape, std::vector<std::string>& assumptions) {
  require_plausible(sample.path(), sample.name(), shape.pixels() * sizeof(double));
  std::vector<double> values(shape.pixels());
  if (sample.dims().size() == 2)
    sample.read(hdf5::type_of<double>(), values.data());
  else
    sample.get(0, hdf5::type_of<double>(), values.data());
  // Not the maximum: one pixel with a dead flat makes a transmission of any size.
  const auto high = values.begin() + static_cast<std::ptrdiff_t>(values.size() - 1) * 99 / 100;
  std::nth_element(values.begin(), high, values.end());
  const bool corrected = *high <= largest_transmission;
  assumptions.push_back(sample.path() + ": no /img_bkg, and 99 % of the first image is " +
                        (corrected ? "at most 2: /img_xanes taken as transmission"
                                   : "not below 2: /img_xanes taken as counts without flats"));
  return corrected ? Signal::transmission : Signal::counts;
}

std::map<std::string, std::string> metadata(const File& file) {
  std::map<std::string, std::string> found;
  for (const char* name : {"note", "scan_id", "scan_time", "uid"}) {
    const std::string object = std::string("/") + name;
    if (!file.has(object)) continue;
    const Dataset dataset = Dataset::open(file, object);
    const auto numbers = dataset.is_number() ? hdf5::read_numbers<double>(dataset) : std::vector<double>{};
    if (numbers.size() == 1) {
      char text[32];
      const auto end = std::to_chars(text, text + sizeof text, numbers.front()).ptr;
      found[name] = std::string(text, end);
    } else if (!dataset.is_number()) {
      found[name] = first_text(dataset);
    }
  }
  return found;
}

CorrectionUse flat_use(const Dataset& flats, std::size_t energies) {
  if (images_in(flats) == 1) return CorrectionUse::shared;
  if (images_in(flats) == energies) return CorrectionUse::per_energy;
  throw Failure({"shape", flats.path(), flats.name(), hdf5::to_text(flats.dims()),
                 std::to_string(energies) + " images, one per energy, or one for all"});
}

std::vector<StoredFrame> sending_order(const ScanStart& start) {
  std::vector<StoredFrame> frames;
  const auto add = [&](FrameKind kind, std::size_t energy, std::size_t repeat, std::uint64_t slot) {
    StoredFrame frame{.header = {}, .slot = slot};
    frame.header.kind = kind;
    frame.header.energy_index = static_cast<std::uint32_t>(energy);
    frame.header.repeat = static_cast<std::uint32_t>(repeat);
    frames.push_back(std::move(frame));
  };
  for (std::size_t r = 0; r < start.darks.frames(1); ++r) add(FrameKind::dark, 0, r, r);
  if (start.flats.use == CorrectionUse::shared) add(FrameKind::flat, 0, 0, 0);
  for (std::size_t e = 0; e < start.energies_ev.size(); ++e) {
    if (start.flats.use == CorrectionUse::per_energy) add(FrameKind::flat, e, 0, e);
    add(FrameKind::sample, e, 0, e);
  }
  return frames;
}

}  // namespace

std::unique_ptr<ScanSource> open_fxi(File file, std::vector<std::string>& assumptions) {
  ScanStart start;
  start.energies_ev = read_energies(file, "/X_eng", assumptions);
  StoredScan::Stacks stacks;
  const Dataset& sample = stacks.emplace(FrameKind::sample, open_stack(file, "/img_xanes")).first->second;
  start.shape = image_shape(sample);
  if (images_in(sample) != start.energies_ev.size())
    throw Failure(
        {"shape", file.path(), "/img_xanes", hdf5::to_text(sample.dims()),
         "[" + std::to_string(start.energies_ev.size()) + ", Y, X], one image per energy of /X_eng"});
  if (file.has("/img_bkg")) {
    const Dataset& flats = stacks.emplace(FrameKind::flat, open_stack(file, "/img_bkg")).first->second;
    require_shape(flats, start.shape, "/img_xanes");
    start.flats = {flat_use(flats, start.energies_ev.size()), 1};
  } else {
    start.signal = signal_without_flats(sample, start.shape, assumptions);
  }
  const bool has_dark = file.has("/img_dark");
  if (has_dark && start.signal != Signal::counts)
    assumptions.push_back(file.path() + ": /img_dark is not needed for transmission");
  if (has_dark && start.signal == Signal::counts) {
    const Dataset& darks = stacks.emplace(FrameKind::dark, open_stack(file, "/img_dark")).first->second;
    require_shape(darks, start.shape, "/img_xanes");
    require_at_most(file.path(), darks.name(), images_in(darks), limits::repeats, "images");
    start.darks = {CorrectionUse::shared, static_cast<std::uint32_t>(images_in(darks))};
  }
  start.pixel_type = common_pixel_type(stacks);
  start.pixel_size_um = pixel_size_um(file, assumptions);
  start.metadata = metadata(file);
  auto frames = sending_order(start);
  return make_foreign_scan(std::move(file), std::move(stacks), std::move(start), std::move(frames));
}

}  // namespace phasecast
