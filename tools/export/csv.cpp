#include "tools/export/csv.hpp"

#include <spdlog/fmt/fmt.h>

#include <cerrno>
#include <cstring>
#include <set>

#include "messages/units.hpp"
#include "pipeline/files/failure.hpp"
#include "tools/map_means.hpp"

namespace phasecast {
namespace {

std::string quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == cell.npos) return cell;
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + '"';
}

const std::vector<std::string> scan_columns{"scan",          "scan_index",       "scan_id",   "received_s",
                                            "energies_used", "energies_planned", "converged", "aborted"};

/// A name that a column of ours has already tells what it is.
std::string column_of(const std::string& metadata_name, const std::set<std::string>& taken) {
  return taken.contains(metadata_name) ? "metadata " + metadata_name : metadata_name;
}

template <class T>
std::string number(T value) {
  return fmt::format("{}", value);
}

void append(std::vector<std::string>& cells, std::vector<std::string> more) {
  cells.insert(cells.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<std::string> place_cells(const NamedRegion& named, Shape shape) {
  const Region whole{0, 0, static_cast<std::uint32_t>(shape.width), static_cast<std::uint32_t>(shape.height)};
  const Region region = named.region.value_or(whole);
  return {named.name, number(region.x), number(region.y), number(region.width), number(region.height)};
}

std::vector<std::string> mean_cells(const std::optional<MapMeans>& means,
                                    const std::vector<std::size_t>& states) {
  if (!means) return std::vector<std::string>(3 + 2 * states.size());
  std::vector<std::string> cells{number(means->pixels)};
  for (const std::size_t state : states)
    append(cells, {number(means->fraction[state]), number(means->uncertainty[state])});
  append(cells, {number(means->scale), number(means->residual)});
  return cells;
}

}  // namespace

CsvExport::CsvExport(const ExportPlan& plan, std::vector<NamedRegion> regions, Metadata metadata)
    : plan_(plan),
      regions_(std::move(regions)),
      metadata_(std::move(metadata)),
      file_(plan.folder / "means.csv", plan.overwrite),
      stream_(file_.unfinished()) {
  std::set<std::string> names;
  for (const auto& [scan, values] : metadata_)
    for (const auto& [name, value] : values) names.insert(name);
  metadata_names_.assign(names.begin(), names.end());

  std::vector<std::string> behind{"region", "x", "y", "width", "height", "valid_pixels"};
  for (const std::size_t state : plan.states) {
    const std::string& name = plan.outlines.front().states[state];
    append(behind, {"fraction " + name, "uncertainty " + name});
  }
  append(behind, {"scale", "residual"});

  std::vector<std::string> cells = scan_columns;
  std::set<std::string> taken(cells.begin(), cells.end());
  taken.insert(behind.begin(), behind.end());
  for (const std::string& name : metadata_names_) cells.push_back(column_of(name, taken));
  append(cells, behind);
  write_row(cells);
}

void CsvExport::write_row(const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) stream_ << (i == 0 ? "" : ",") << quoted(cells[i]);
  stream_ << '\n';
}

std::vector<std::string> CsvExport::scan_cells(std::size_t scan, const PhaseMap& map) const {
  const auto since_first = map.received_utc_ns - plan_.outlines.front().received_utc_ns;
  std::vector<std::string> cells{number(scan),
                                 number(map.scan_index),
                                 map.scan_id,
                                 number(static_cast<double>(since_first) / ns_per_s),
                                 number(map.energies_used.size()),
                                 number(map.energies_ev.size()),
                                 map.converged ? "1" : "0",
                                 map.scan_status == ScanStatus::aborted ? "1" : "0"};
  const auto known = metadata_.find(map.scan_id);
  for (const std::string& name : metadata_names_) {
    const bool has_it = known != metadata_.end() && known->second.contains(name);
    cells.push_back(has_it ? known->second.at(name) : "");
  }
  return cells;
}

void CsvExport::add(std::size_t scan, const PhaseMap& map) {
  for (const NamedRegion& region : regions_) {
    std::vector<std::string> cells = scan_cells(scan, map);
    append(cells, place_cells(region, map.shape));
    append(cells, mean_cells(means_of(map, region.region), plan_.states));
    write_row(cells);
  }
}

void CsvExport::finish() {
  stream_.close();
  if (!stream_)
    throw Failure({"disk", file_.path().string(), "", std::strerror(errno), "a file that can be written"});
  file_.finish();
}

}  // namespace phasecast
