#include "pipeline/files/sdf_stack.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>

#include "messages/wire/limits.hpp"
#include "pipeline/files/energy_unit.hpp"
#include "pipeline/files/failure.hpp"
#include "pipeline/files/plausible.hpp"
#include "pipeline/files/sdf_header.hpp"
#include "pipeline/files/stored_scan.hpp"
#include "pipeline/files/text_file.hpp"
#include "pipeline/files/text_table.hpp"
#include "pipeline/files/xim_image.hpp"

namespace phasecast {

namespace {

namespace fs = std::filesystem;

/// The first structure of a list such as `Regions = (1, { ... });`.
const SdfNode& first_of(const SdfNode& list, const std::string& field, const std::string& path,
                        ScanFindings& found) {
  if (list.parts.size() < 2) throw Failure({"text", path, field, "empty", "at least one"});
  if (list.parts.size() > 2)
    found.assumptions.push_back(path + ": " + std::to_string(list.parts.size() - 1) + " " + field +
                                ": the first is read");
  return list.parts[1];
}

std::string text_of(const SdfNode& node, const char* name) {
  const SdfNode* part = node.find(name);
  return part == nullptr ? "" : part->text;
}

std::vector<double> axis(const SdfNode& owner, const char* name, const char* called,
                         const std::string& path) {
  const SdfNode& node = sdf_part(owner, {name}, path);
  if (text_of(node, "Name").find(called) == std::string::npos)
    throw Failure({"axes", path, std::string(name) + ".Name", text_of(node, "Name"),
                   std::string("a stack of images, whose ") + name + " is " + called});
  return sdf_numbers(sdf_part(node, {"Points"}, path), std::string(name) + ".Points", path);
}

/// `Image019_0 = { Energy = 857.75; ... }`: image 19 of region 0.
std::optional<int> listed_number(const SdfNode& header, double energy) {
  constexpr double rounding = 0.006;  // the list has two decimals
  for (std::size_t k = 0; k < header.names.size(); ++k) {
    int number = 0, region = 0, length = 0;
    if (std::sscanf(header.names[k].c_str(), "Image%6d_%6d%n", &number, &region, &length) != 2 ||
        static_cast<std::size_t>(length) != header.names[k].size() || region != 0 || number < 0)
      continue;
    const auto said = finite_number(text_of(header.parts[k], "Energy"));
    if (said && std::abs(*said - energy) <= rounding) return number;
  }
  return std::nullopt;
}

fs::path image_path(const fs::path& header, int number, bool single, bool regions) {
  std::array<char, 16> digits{};
  std::snprintf(digits.data(), digits.size(), "%03d", number);
  const std::string suffix = (single ? "" : digits.data()) + std::string(regions ? "0" : "");
  return header.parent_path() / (header.stem().string() + "_a" + suffix + ".xim");
}

double pixel_size_um(const SdfNode& region, const std::vector<double>& columns,
                     const std::vector<double>& rows) {
  if (text_of(*region.find("PAxis"), "Unit") != "um" || columns.size() < 2 || rows.size() < 2) return 0;
  const double along_x = (columns.back() - columns.front()) / static_cast<double>(columns.size() - 1);
  const double along_y = (rows.back() - rows.front()) / static_cast<double>(rows.size() - 1);
  return std::abs(along_x - along_y) <= 0.01 * std::abs(along_x) ? std::abs(along_x) : 0;
}

std::vector<double> stack_energies(const SdfNode& scan, const std::string& path, ScanFindings& found) {
  auto listed = axis(scan, "StackAxis", "Energy", path);
  require_at_most(path, "StackAxis.Points", listed.size(), limits::energies, "energies");
  const std::string unit = text_of(sdf_part(scan, {"StackAxis"}, path), "Unit");
  const std::size_t assumed = found.assumptions.size();
  auto energies = in_ev(std::move(listed), unit, path, "StackAxis.Points", found.assumptions);
  require_beam_energies(energies, path, "StackAxis.Points");
  found.energies = assumed < found.assumptions.size() ? found.assumptions.back().substr(path.size() + 2)
                                                      : "StackAxis in " + unit + ", as it says";
  return energies;
}

/// EnergyRegions say what was asked for; an aborted scan has fewer.
void say_planned(const SdfNode& header, std::size_t energies, const std::string& path, ScanFindings& found) {
  const SdfNode* scan = header.find("ImageScan");
  const SdfNode* regions = scan == nullptr ? nullptr : scan->find("EnergyRegions");
  if (regions == nullptr) return;
  double planned = 0;
  for (const SdfNode& region : regions->parts)
    planned += finite_number(text_of(region, "Points")).value_or(0);
  if (planned > 0 && planned != static_cast<double>(energies))
    found.assumptions.push_back(path + ": EnergyRegions plan " + std::to_string(std::llround(planned)) +
                                " energies, StackAxis has " + std::to_string(energies) + ": these are taken");
}

std::vector<fs::path> image_paths(const fs::path& file, const SdfNode& header,
                                  const std::vector<double>& energies_ev, bool regions) {
  std::vector<fs::path> paths;
  for (std::size_t e = 0; e < energies_ev.size(); ++e) {
    const int number = listed_number(header, energies_ev[e]).value_or(static_cast<int>(e));
    paths.push_back(image_path(file, number, energies_ev.size() == 1, regions));
  }
  return paths;
}

std::vector<StoredFrame> frames_there(const std::vector<fs::path>& images, double exposure_s,
                                      const std::string& path, ScanFindings& found) {
  std::vector<StoredFrame> frames;
  std::string missing;
  for (std::size_t e = 0; e < images.size(); ++e) {
    std::error_code unknown;
    if (!fs::exists(images[e], unknown)) {
      missing += (missing.empty() ? "" : ", ") + images[e].filename().string();
      continue;
    }
    frames.push_back(stored(FrameKind::sample, e, 0, e));
    frames.back().header.exposure_s = exposure_s;
  }
  if (missing.size() > 400) missing = missing.substr(0, 400) + " ...";
  if (frames.empty()) throw Failure({"file", path, "images", "none", missing + ", beside it"});
  if (frames.size() < images.size())
    found.assumptions.push_back(path + ": " + std::to_string(images.size() - frames.size()) + " of " +
                                std::to_string(images.size()) + " images are not there (" + missing +
                                "): their energies are missing in the map");
  return frames;
}

std::vector<std::byte> read_image(const fs::path& file, Shape shape) {
  const auto values = read_xim(read_text(file), shape, file.string());
  std::vector<std::byte> bytes(values.size() * sizeof(double));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

}  // namespace

bool is_sdf(const fs::path& path) {
  std::array<char, 256> begin{};
  std::ifstream file(path, std::ios::binary);
  file.read(begin.data(), begin.size());
  const std::string_view text(begin.data(), static_cast<std::size_t>(file.gcount()));
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text.substr(first).starts_with("ScanDefinition");
}

std::unique_ptr<ScanSource> open_sdf(const fs::path& file, const StackDescription& said,
                                     ScanFindings& found) {
  const std::string path = file.string();
  const SdfNode header = read_sdf_header(read_text(file), path);
  const SdfNode& scan = sdf_part(header, {"ScanDefinition"}, path);
  const SdfNode& regions = sdf_part(scan, {"Regions"}, path);
  const SdfNode& region = first_of(regions, "Regions", path, found);
  const SdfNode& channel = first_of(sdf_part(scan, {"Channels"}, path), "Channels", path, found);
  const auto columns = axis(region, "PAxis", "X", path), rows = axis(region, "QAxis", "Y", path);

  ScanStart start;
  start.energies_ev = stack_energies(scan, path, found);
  start.shape = plausible_shape(path, "Points", rows.size(), columns.size());
  start.pixel_type = PixelType::float64;  // whatever the text says, exactly
  start.pixel_size_um = pixel_size_um(region, columns, rows);
  start.signal = said.signal.value_or(Signal::counts);
  found.signal = "counts of " + text_of(channel, "Name") + ", without flats";
  found.images = ".xim files are [y, x] (QAxis, PAxis)";
  say_planned(header, start.energies_ev.size(), path, found);
  for (const auto& [node, name] :
       {std::pair(&scan, "Label"), std::pair(&scan, "Type"), std::pair(&header, "Time")})
    if (const std::string text = text_of(*node, name); !text.empty())
      start.metadata[name] = text.substr(0, limits::text_bytes);

  const auto images = image_paths(file, header, start.energies_ev, regions.parts.size() > 2);
  const double dwell_ms = finite_number(text_of(scan, "Dwell")).value_or(0);
  auto frames = frames_there(images, std::max(0.0, dwell_ms / 1000), path, found);
  const Shape shape = start.shape;
  return make_foreign_scan(
      path, std::move(start), std::move(frames),
      [images, shape](const StoredFrame& frame) { return read_image(images.at(frame.slot), shape); });
}

}  // namespace phasecast
