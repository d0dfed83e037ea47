#include "pipeline/files/map_drift.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/map_tables.hpp"

namespace phasecast::maps {

namespace {

using hdf5::Dataset;
using hdf5::File;

constexpr double none = std::numeric_limits<double>::quiet_NaN();
const std::string group = "/entry/drift";

struct Table {
  const char* name;
  const char* unit;
  double Drift::*value;
};
constexpr std::array<Table, 4> tables = {{{"x", "px", &Drift::x},
                                          {"y", "px", &Drift::y},
                                          {"magnification", "", &Drift::magnification},
                                          {"quality", "", &Drift::quality}}};

std::string path(const std::string& name) {
  return group + "/" + name;
}

}  // namespace

void make_drift(const File& file) {
  file.make_group(group, "NXcollection");
  const hdf5::Layout layout = {{0, 0}, {scans_chunk, energies_chunk}, {H5S_UNLIMITED, H5S_UNLIMITED}, true};
  for (const Table& table : tables) {
    Dataset::create(file, path(table.name), H5T_NATIVE_DOUBLE, layout);
    if (*table.unit) hdf5::set_attribute(file, path(table.name), "units", std::string(table.unit));
  }
  Dataset::create(file, path("applied"), H5T_NATIVE_UINT8, layout);
}

void put_drift(const File& file, hsize_t index, const PhaseMap& map) {
  const std::size_t energies = map.energies_ev.size();
  for (const Table& table : tables) {
    std::vector<double> row(energies, none);
    for (const Drift& drift : map.drift) row[drift.energy_index] = drift.*table.value;
    put_row(file, path(table.name), index, std::move(row), none);
  }
  std::vector<std::uint8_t> applied(energies, 0);
  for (const Drift& drift : map.drift) applied[drift.energy_index] = drift.trusted;
  put_row(file, path("applied"), index, std::move(applied), std::uint8_t{0});
}

void read_drift(const File& file, std::vector<PhaseMap>& all) {
  if (!file.has(group)) return;
  std::size_t energies = 0;
  for (const PhaseMap& map : all) energies = std::max(energies, map.energies_ev.size());
  std::array<Rows<double>, tables.size()> rows;
  std::transform(tables.begin(), tables.end(), rows.begin(), [&](const Table& table) {
    return read_rows<double>(file, path(table.name), all.size(), energies);
  });
  const auto applied = read_rows<std::uint8_t>(file, path("applied"), all.size(), energies);
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::uint32_t e = 0; e < all[i].energies_ev.size(); ++e) {
      Drift drift;
      drift.energy_index = e;
      for (std::size_t t = 0; t < tables.size(); ++t) drift.*tables[t].value = rows[t].at(i, e);
      drift.trusted = applied.at(i, e) != 0;
      if (!std::isnan(drift.magnification)) all[i].drift.push_back(drift);
    }
}

}  // namespace phasecast::maps
