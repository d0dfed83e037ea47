#include <algorithm>
#include <cmath>

#include "pipeline/files/correction_stacks.hpp"
#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/layouts.hpp"
#include "pipeline/files/named_axes.hpp"
#include "pipeline/files/told_signal.hpp"

/// NXstxm, the NeXus definition for scanning microscopes: an NXentry whose `definition` says so, and in it an
/// NXdata per detector with `data`, the positions `energy`, `sample_y` and `sample_x`, and `axes` that give
/// their order.
namespace phasecast {

namespace {

using hdf5::Dataset;
using hdf5::File;

bool is_of_class(const File& file, const std::string& object, const char* nexus_class) {
  return hdf5::has_attribute(file, object, "NX_class") &&
         hdf5::text_attribute(file, object, "NX_class") == nexus_class;
}

std::string text_at(const File& file, const std::string& object) {
  if (!file.has(object)) return "";
  const auto texts = hdf5::read_texts(Dataset::open(file, object));
  return texts.empty() ? "" : texts.front();
}

/// Regions of the sample are entries of their own.
std::vector<std::string> entries(const File& file) {
  std::vector<std::string> found;
  for (const std::string& name : file.members("/"))
    if (is_of_class(file, "/" + name, "NXentry") && text_at(file, "/" + name + "/definition") == "NXstxm")
      found.push_back("/" + name);
  return found;
}

std::string detector(const File& file, const std::string& entry, ScanFindings& found) {
  std::vector<std::string> detectors;
  for (const std::string& name : file.members(entry))
    if (is_of_class(file, entry + "/" + name, "NXdata")) detectors.push_back(name);
  if (detectors.empty())
    throw Failure({"detector", file.path(), entry, "without NXdata", "an NXdata group per detector"});
  const auto counter = std::find(detectors.begin(), detectors.end(), "counter0");
  const std::string chosen = counter == detectors.end() ? detectors.front() : *counter;
  if (detectors.size() > 1)
    found.assumptions.push_back(file.path() + ": " + std::to_string(detectors.size()) + " detectors in " +
                                entry + ": " + chosen + " is read");
  return entry + "/" + chosen;
}

std::vector<std::string> names_of_axes(const File& file, const std::string& group, ScanFindings& found) {
  if (hdf5::has_attribute(file, group, "axes")) return axis_names(file, group, "axes");
  found.assumptions.push_back(
      file.path() + ": " + group +
      " has no axes: taken as energy, sample_y, sample_x, as the definition has them");
  return {"energy", "sample_y", "sample_x"};
}

void add_exposures(const File& file, const std::string& name, std::vector<StoredFrame>& frames) {
  if (!file.has(name)) return;
  const Dataset dataset = Dataset::open(file, name);
  if (!dataset.is_number()) return;
  const auto seconds = hdf5::read_numbers<double>(dataset);
  for (StoredFrame& frame : frames)
    if (const std::size_t e = seconds.size() == 1 ? 0 : frame.header.energy_index; e < seconds.size())
      frame.header.exposure_s = std::isfinite(seconds[e]) && seconds[e] > 0 ? seconds[e] : 0;
}

}  // namespace

bool is_nxstxm(const File& file) {
  return !entries(file).empty();
}

std::unique_ptr<ScanSource> open_nxstxm(File file, const StackDescription& said, ScanFindings& found) {
  const auto all = entries(file);
  const std::string entry = all.front();
  if (all.size() > 1)
    found.assumptions.push_back(file.path() + ": " + std::to_string(all.size()) + " regions: " + entry +
                                " is read");
  const std::string group = detector(file, entry, found);
  const std::string data =
      group + "/" +
      (hdf5::has_attribute(file, group, "signal") ? hdf5::text_attribute(file, group, "signal") : "data");
  const auto names = names_of_axes(file, group, found);
  const std::string axes = joined(names);
  const StackAxes order = axes_called(names, Dataset::open(file, data).dims(), file.path(), group + "@axes");
  Stacks stacks;
  const ImageStack& sample =
      stacks.emplace(FrameKind::sample, ImageStack::open(file, data, order)).first->second;
  const std::string energy = group + (file.has(group + "/energy") ? "/energy" : "/photon_energy");
  ScanStart start;
  start.energies_ev = read_energies(file, energy, found);
  if (sample.images() != start.energies_ev.size())
    throw Failure({"shape", file.path(), sample.name(), hdf5::to_text(sample.dims()),
                   std::to_string(start.energies_ev.size()) + " images, one per entry of " + energy +
                       ", along " + axes});
  for (const std::size_t dimension : {order.row, order.column})
    require_positions(file, group + "/" + names[dimension], sample, dimension, axes);
  found.images = sample.name() + " " + hdf5::to_text(sample.dims()) + " is [" + axes + "]";
  start.shape = sample.shape();
  start.pixel_type = common_pixel_type(stacks);
  start.signal = said.signal ? *said.signal
                             : signal_of_first(sample.floats(0), file.path(), "NXstxm has no flats", found);
  start.pixel_size_um =
      pixel_size_um(file, group + "/" + names[order.column], group + "/" + names[order.row], found);
  for (const char* name : {"title", "start_time", "end_time"})
    if (const std::string text = text_at(file, entry + "/" + name); !text.empty())
      start.metadata[name] = text;
  auto frames = corrections_first(start);
  add_exposures(file, group + "/count_time", frames);
  const std::string path = file.path();
  return make_foreign_scan(path, start, std::move(frames),
                           pixels_from(std::move(file), std::move(stacks), start.pixel_type));
}

}  // namespace phasecast
