#include "pipeline/files/xrm_series.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "messages/wire/limits.hpp"
#include "pipeline/files/compound_file.hpp"
#include "pipeline/files/failure.hpp"
#include "pipeline/files/plausible.hpp"
#include "pipeline/files/stored_scan.hpp"
#include "pipeline/files/text_file.hpp"
#include "pipeline/files/xrm_files.hpp"

namespace phasecast {

namespace {

namespace fs = std::filesystem;

/// How many images there are of a kind at each energy that has any; and what the names announce beyond them.
std::uint32_t most_repeats(const std::vector<XrmFile>& images, bool flat, ScanFindings& found) {
  std::map<double, std::uint32_t> there, announced;
  for (const XrmFile& image : images)
    if (image.name.flat == flat) {
      ++there[image.energy_ev];
      announced[image.energy_ev] = std::max(announced[image.energy_ev], image.name.repeats);
    }
  std::uint32_t most = 0, lacking = 0;
  for (const auto& [energy, count] : there) {
    most = std::max(most, count);
    lacking += announced[energy] > count ? announced[energy] - count : 0;
  }
  if (lacking > 0)
    found.assumptions.push_back(images.front().path.parent_path().string() + ": " + std::to_string(lacking) +
                                (flat ? " flats" : " sample images") +
                                " that names announce are not there: those that are there are averaged");
  return most;
}

/// With what was written down when the scan began, if it is of this scan.
void compare_with_plan(const std::vector<XrmFile>& images, ScanFindings& found) {
  const fs::path folder = images.front().path.parent_path();
  std::set<std::string> there;
  for (const XrmFile& image : images) there.insert(image.path.filename().string());
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, unreadable)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("ScanInfo") || entry.path().extension() != ".txt") continue;
    std::istringstream lines(read_text(entry.path()));
    std::size_t missing = 0, listed = 0;
    std::string first;
    for (std::string line; std::getline(lines, line);) {
      line.resize(line.find_last_not_of(" \t\r") + 1);
      if (!line.ends_with(".xrm") ||
          read_xrm_name(fs::path(line).stem().string()).series != images.front().name.series)
        continue;
      ++listed;
      if (there.contains(line)) continue;
      if (missing++ == 0) first = line;
    }
    if (missing > 0)
      found.assumptions.push_back(entry.path().string() + ": " + std::to_string(missing) + " of " +
                                  std::to_string(listed) + " images are not there, the first of them " +
                                  first.substr(0, 200));
  }
}

/// Flats of another exposure change every absorbance by the same amount.
void compare_exposures(const std::vector<XrmFile>& images, ScanFindings& found) {
  double sample = 0, flat = 0;
  for (const XrmFile& image : images) (image.name.flat ? flat : sample) = image.header.exposure_s;
  if (sample > 0 && flat > 0 && std::abs(sample - flat) > 1e-6 * flat) {
    std::ostringstream text;
    text << images.front().path.parent_path().string() << ": flats are of " << flat << " s, images of "
         << sample << " s: every absorbance is " << std::log(flat / sample)
         << " off, which a pre-edge subtraction takes away and --normalize none does not";
    found.assumptions.push_back(text.str());
  }
}

/// In the order of the images: by energy, flats first.
std::vector<StoredFrame> frames_of(const std::vector<XrmFile>& images, ScanStart& start) {
  std::map<std::pair<double, bool>, std::uint32_t> seen;
  std::vector<StoredFrame> frames;
  for (const XrmFile& image : images) {
    if (start.energies_ev.empty() || start.energies_ev.back() != image.energy_ev)
      start.energies_ev.push_back(image.energy_ev);
    const FrameKind kind = image.name.flat ? FrameKind::flat : FrameKind::sample;
    const std::uint32_t repeat = seen[{image.energy_ev, image.name.flat}]++;
    StoredFrame frame = stored(kind, start.energies_ev.size() - 1, repeat, frames.size());
    frame.header.exposure_s = image.header.exposure_s;
    frames.push_back(std::move(frame));
  }
  return frames;
}

/// No other energy's flat stands in for one that is not there.
void say_unflattened(const std::vector<StoredFrame>& frames, const ScanStart& start, const fs::path& path,
                     ScanFindings& found) {
  std::vector<bool> has_flat(start.energies_ev.size());
  for (const StoredFrame& frame : frames)
    if (frame.header.kind == FrameKind::flat) has_flat[frame.header.energy_index] = true;
  const auto without = std::count(has_flat.begin(), has_flat.end(), false);
  const auto first = std::find(has_flat.begin(), has_flat.end(), false) - has_flat.begin();
  if (without > 0)
    found.assumptions.push_back(path.string() + ": " + std::to_string(without) + " of " +
                                std::to_string(has_flat.size()) + " energies have no flat, the first " +
                                std::to_string(start.energies_ev[static_cast<std::size_t>(first)]) +
                                " eV: they cannot be unmixed");
}

}  // namespace

bool is_xrm(const fs::path& path) {
  std::error_code unknown;
  if (fs::is_directory(path, unknown)) return holds_xrm_files(path);
  return is_compound_file(path);
}

std::unique_ptr<ScanSource> open_xrm_series(const fs::path& path, const StackDescription& said,
                                            ScanFindings& found) {
  const auto images = read_xrm_files(path, found);
  const XrmHeader& like = images.front().header;
  ScanStart start;
  start.shape = like.shape;
  start.pixel_type = like.pixel_type;
  start.pixel_size_um = like.pixel_size_um;
  if (!like.date.empty()) start.metadata["date"] = like.date;
  start.sample_repeats = most_repeats(images, false, found);
  const std::uint32_t flats = most_repeats(images, true, found);
  require_at_most(path.string(), "images", std::max(flats, start.sample_repeats), limits::repeats, "repeats");
  if (start.sample_repeats == 0)
    throw Failure({"images", path.string(), "", "flats alone", "images of the sample too"});
  if (flats > 0) {
    require_signal_unsaid(said, path.string(), "_ref_");
    start.flats = {CorrectionUse::per_energy, flats};
  }
  start.signal = said.signal.value_or(Signal::counts);
  found.signal = flats > 0 ? "counts, as files with _ref_ in their names are flats"
                           : "counts without flats, as no file has _ref_ in its name";
  found.energies = images.front().name.energy_ev ? "in eV, from the files' names" : "ImageInfo/Energy in eV";
  found.images = std::to_string(images.size()) + " files of [y, x]";
  compare_with_plan(images, found);
  compare_exposures(images, found);

  auto frames = frames_of(images, start);
  if (flats > 0) say_unflattened(frames, start, path, found);
  std::vector<fs::path> paths;
  for (const XrmFile& image : images) paths.push_back(image.path);
  const Shape shape = start.shape;
  const PixelType type = start.pixel_type;
  return make_foreign_scan(path.string(), std::move(start), std::move(frames),
                           [paths, shape, type](const StoredFrame& frame) {
                             return read_xrm_pixels(paths.at(frame.slot), shape, type);
                           });
}

}  // namespace phasecast
