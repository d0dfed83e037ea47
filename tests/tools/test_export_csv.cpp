#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <map>

#include "tests/tools/map_series.hpp"
#include "tests/tools/scratch_folder.hpp"
#include "tools/export/csv.hpp"

using namespace phasecast;

namespace {

using Row = std::map<std::string, std::string>;

/// RFC 4180, without line breaks in cells.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && line[i + 1] == '"')
      cells.back() += line[++i];
    else if (line[i] == '"')
      quoted = !quoted;
    else if (line[i] == ',' && !quoted)
      cells.emplace_back();
    else
      cells.back() += line[i];
  }
  return cells;
}

std::vector<Row> rows_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  REQUIRE(std::getline(file, line));
  const auto names = cells_of(line);
  std::vector<Row> rows;
  while (std::getline(file, line)) {
    const auto cells = cells_of(line);
    REQUIRE(cells.size() == names.size());
    rows.emplace_back();
    for (std::size_t i = 0; i < cells.size(); ++i) CHECK(rows.back().emplace(names[i], cells[i]).second);
  }
  return rows;
}

std::vector<Row> export_rows(const std::vector<PhaseMap>& maps, std::vector<std::size_t> scans,
                             const std::vector<NamedRegion>& regions, const Metadata& metadata = {}) {
  const ScratchFolder folder;
  const ExportPlan plan{folder.path, false, maps, std::move(scans), {0, 1}};
  CsvExport csv(plan, regions, metadata);
  for (const std::size_t scan : plan.scans) csv.add(scan, maps[scan]);
  csv.finish();
  return rows_of(folder.path / "means.csv");
}

const NamedRegion whole{"whole", std::nullopt};

/// The means as they are defined, pixel by pixel.
Row dense_means(const PhaseMap& map, const Region& region) {
  const std::size_t pixels = map.shape.pixels();
  std::vector<std::size_t> valid;
  for (std::size_t p = 0; p < pixels; ++p) {
    const auto x = p % static_cast<std::size_t>(map.shape.width),
               y = p / static_cast<std::size_t>(map.shape.width);
    const bool inside =
        x >= region.x && x < region.x + region.width && y >= region.y && y < region.y + region.height;
    if (inside && map.mask[p] == 0) valid.push_back(p);
  }
  double weight = 0, residual = 0;
  for (const std::size_t p : valid) {
    weight += map.scale[p];
    residual += map.residual[p];
  }
  const auto count = static_cast<double>(valid.size());
  Row row{{"valid_pixels", std::to_string(valid.size())},
          {"scale", std::to_string(weight / count)},
          {"residual", std::to_string(residual / count)}};
  for (std::size_t l = 0; l < 2; ++l) {
    double mean = 0, variance = 0;
    for (const std::size_t p : valid) {
      const double share = map.scale[p] / weight;
      mean += share * map.fraction[l * pixels + p];
      variance += std::pow(share * map.uncertainty[l * pixels + p], 2);
    }
    row["fraction " + map.states[l]] = std::to_string(mean);
    row["uncertainty " + map.states[l]] = std::to_string(std::sqrt(variance));
  }
  return row;
}

}  // namespace

TEST_CASE("the table has each scan's means over the image and over each region") {
  const auto maps = numbered_maps(3);
  const auto rows = export_rows(maps, {0, 2}, {whole, {"corner", Region{4, 1, 3, 4}}});
  REQUIRE(rows.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    Row row = rows[i];
    const std::size_t scan = i < 2 ? 0 : 2;
    CHECK(row["scan"] == std::to_string(scan));
    CHECK(row["scan_index"] == std::to_string(10 + scan));
    CHECK(row["scan_id"] == maps[scan].scan_id);
    CHECK(std::stod(row["received_s"]) == 2.5 * static_cast<double>(scan));
    CHECK(row["energies_used"] == "2");
    CHECK(row["energies_planned"] == "4");
    CHECK(row["converged"] == "1");
    CHECK(row["aborted"] == "0");
    CHECK(row["region"] == (i % 2 == 0 ? "whole" : "corner"));
    CHECK(row["width"] == (i % 2 == 0 ? "7" : "3"));
    const Region region = i % 2 == 0 ? Region{0, 0, 7, 5} : Region{4, 1, 3, 4};
    for (const auto& [name, value] : dense_means(maps[scan], region)) {
      CAPTURE(name);
      CHECK(std::stod(row[name]) == Approx(std::stod(value)).margin(1e-6));
    }
  }
}

TEST_CASE("a region without a valid pixel has empty means") {
  auto maps = numbered_maps(1);
  maps[0].mask[0] = 1;
  Row row = export_rows(maps, {0}, {{"masked", Region{0, 0, 1, 1}}}).front();
  for (const char* name : {"valid_pixels", "fraction NiO", "uncertainty LiNiO2", "scale", "residual"})
    CHECK(row.at(name).empty());
}

TEST_CASE("a number of the table is read back exactly") {
  auto maps = numbered_maps(1);
  maps[0].mask.assign(maps[0].mask.size(), 1);
  maps[0].mask[3] = 0;
  maps[0].residual[3] = 0.1F;
  CHECK(std::stod(export_rows(maps, {0}, {whole}).front().at("residual")) == 0.1F);
}

TEST_CASE("metadata are columns; a scan without them has empty cells, and no name is there twice") {
  const auto maps = numbered_maps(2);
  const Metadata metadata{{"scan-0", {{"potential_V", "4.1"}, {"scale", "large"}, {"note", "a \"b\", c"}}}};
  const auto rows = export_rows(maps, {0, 1}, {whole}, metadata);
  CHECK(rows[0].at("potential_V") == "4.1");
  CHECK(rows[0].at("metadata scale") == "large");
  CHECK(rows[0].at("note") == "a \"b\", c");
  CHECK(rows[1].at("potential_V").empty());
  CHECK(std::stod(rows[0].at("scale")) > 0);
}
