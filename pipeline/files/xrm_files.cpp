#include "pipeline/files/xrm_files.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <tuple>

#include "pipeline/files/failure.hpp"
#include "pipeline/files/text_table.hpp"

namespace phasecast {

namespace {

namespace fs = std::filesystem;

bool has_extension(const fs::path& path) {
  return lower(path.extension().string()) == ".xrm";
}

std::vector<fs::path> xrm_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(folder, unreadable))
    if (has_extension(entry.path()) && entry.is_regular_file(unreadable)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// The files of the scan that `path` is, or is one of.
std::vector<fs::path> files_of_series(const fs::path& path) {
  if (!fs::is_directory(path) && !has_extension(path)) return {path};
  const bool all = fs::is_directory(path);
  const std::string wanted = all ? "" : read_xrm_name(path.stem().string()).series;
  std::vector<fs::path> files;
  std::set<std::string> series;
  for (const fs::path& file : xrm_files(all ? path : fs::absolute(path).parent_path())) {
    const std::string name = read_xrm_name(file.stem().string()).series;
    if (!all && name != wanted) continue;
    series.insert(name);
    files.push_back(file);
  }
  if (series.size() < 2) return files;
  std::string names;
  for (const std::string& name : series)
    if (names.size() < 400) names += (names.empty() ? "" : ", ") + name;
  throw Failure({"series", path.string(), "",
                 "a folder of " + std::to_string(series.size()) + " scans: " + names,
                 "one file of the scan that is meant"});
}

/// The file's name is finer than its header, and often alone.
double energy_of(const XrmFile& image, ScanFindings& found) {
  const double inside = image.header.energy_ev;
  if (!image.name.energy_ev) {
    if (inside > 0) return inside;
    throw Failure({"energy", image.path.string(), "ImageInfo/Energy", "0",
                   "an energy in the file, or in its name as in NAME_08324.0_eV_001of003.xrm"});
  }
  if (inside > 0 && std::abs(inside - *image.name.energy_ev) > 0.01 * inside)
    found.assumptions.push_back(image.path.string() + ": ImageInfo/Energy is " + std::to_string(inside) +
                                " eV: the name's " + std::to_string(*image.name.energy_ev) + " eV is taken");
  return *image.name.energy_ev;
}

void require_like_first(const XrmFile& image, const XrmFile& first) {
  const auto is = [](const XrmHeader& header) {
    return std::to_string(header.shape.height) + " x " + std::to_string(header.shape.width) + " of " +
           std::string(name_of(header.pixel_type));
  };
  if (is(image.header) != is(first.header))
    throw Failure({"shape", image.path.string(), "ImageInfo", is(image.header),
                   is(first.header) + ", as in " + first.path.filename().string()});
}

}  // namespace

bool holds_xrm_files(const fs::path& folder) {
  return !xrm_files(folder).empty();
}

std::vector<XrmFile> read_xrm_files(const fs::path& path, ScanFindings& found) {
  std::vector<XrmFile> images;
  for (const fs::path& file : files_of_series(path)) {
    XrmFile image{file, read_xrm_name(file.stem().string()), read_xrm_header(file), 0};
    image.energy_ev = energy_of(image, found);
    images.push_back(std::move(image));
    require_like_first(images.back(), images.front());
  }
  std::stable_sort(images.begin(), images.end(), [](const XrmFile& a, const XrmFile& b) {
    return std::tuple(a.energy_ev, !a.name.flat, a.name.repeat) <
           std::tuple(b.energy_ev, !b.name.flat, b.name.repeat);
  });
  return images;
}

}  // namespace phasecast
