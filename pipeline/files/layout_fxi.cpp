#include <algorithm>
#include <charconv>

#include "pipeline/files/correction_stacks.hpp"
#include "pipeline/files/layouts.hpp"
#include "pipeline/files/told_signal.hpp"

/// NSLS-II FXI: /img_xanes [E, Y, X], /img_bkg, /img_dark, /X_eng.
namespace phasecast {

namespace {

using hdf5::Dataset;
using hdf5::File;

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

}  // namespace

std::unique_ptr<ScanSource> open_fxi(File file, const StackDescription& said, ScanFindings& found) {
  ScanStart start;
  start.energies_ev = read_energies(file, "/X_eng", found);
  Stacks stacks;
  const ImageStack& sample =
      stacks.emplace(FrameKind::sample, ImageStack::open(file, "/img_xanes")).first->second;
  start.shape = sample.shape();
  if (sample.images() != start.energies_ev.size())
    throw Failure(
        {"shape", file.path(), "/img_xanes", hdf5::to_text(sample.dims()),
         "[" + std::to_string(start.energies_ev.size()) + ", Y, X], one image per energy of /X_eng"});
  found.images = "/img_xanes " + hdf5::to_text(sample.dims()) + " is [energy, y, x]";
  add_flats(file, "/img_bkg", sample, stacks, start);
  if (start.flats.use != CorrectionUse::none) {
    require_signal_unsaid(said, file.path(), "/img_bkg");
    found.signal = "counts, as /img_bkg holds flats";
  } else if (said.signal) {
    start.signal = *said.signal;
  } else {
    start.signal = signal_of_first(sample.floats(0), file.path(), "no /img_bkg", found);
  }
  if (start.signal == Signal::counts)
    add_darks(file, "/img_dark", sample, stacks, start);
  else if (file.has("/img_dark"))
    found.assumptions.push_back(file.path() + ": /img_dark is not needed for " +
                                std::string(name_of(start.signal)));
  start.pixel_type = common_pixel_type(stacks);
  start.pixel_size_um = pixel_size_um(file, found.assumptions);
  start.metadata = metadata(file);
  const std::string path = file.path();
  auto frames = corrections_first(start);
  return make_foreign_scan(path, start, std::move(frames),
                           pixels_from(std::move(file), std::move(stacks), start.pixel_type));
}

}  // namespace phasecast
