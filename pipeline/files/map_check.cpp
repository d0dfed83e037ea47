#include "pipeline/files/map_check.hpp"

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
const std::string group = "/entry/reference_check";

using Values = std::vector<double> ReferenceCheck::*;
struct Table {
  const char* name;
  const char* unit;
  Values values;
};
constexpr std::array<Table, 2> by_state = {
    {{"shift", "eV", &ReferenceCheck::shift_ev},
     {"shift_uncertainty", "eV", &ReferenceCheck::shift_uncertainty_ev}}};
constexpr std::array<Table, 3> by_energy = {{{"energy", "eV", &ReferenceCheck::residual_ev},
                                             {"residual", "", &ReferenceCheck::residual},
                                             {"suggested", "", &ReferenceCheck::suggested}}};

std::string path(const std::string& name) {
  return group + "/" + name;
}

void make_table(const File& file, const Table& table, hsize_t width, hsize_t chunk, hsize_t most) {
  Dataset::create(file, path(table.name), H5T_NATIVE_DOUBLE,
                  {{0, width}, {scans_chunk, chunk}, {H5S_UNLIMITED, most}, true});
  if (*table.unit) hdf5::set_attribute(file, path(table.name), "units", std::string(table.unit));
}

template <class T>
std::vector<T> column(const File& file, const std::string& name, std::size_t count) {
  const Dataset dataset = Dataset::open(file, path(name));
  if (dataset.dims(1, "[scan]")[0] < count)
    throw Failure({"shape", file.path(), dataset.name(), hdf5::to_text(dataset.dims()),
                   "[" + std::to_string(count) + "]"});
  return hdf5::read_numbers<T>(dataset);
}

}  // namespace

void make_check(const File& file, std::size_t states) {
  file.make_group(group, "NXcollection");
  for (const Table& table : by_state) make_table(file, table, states, states, states);
  for (const Table& table : by_energy) make_table(file, table, 0, energies_chunk, H5S_UNLIMITED);
  for (const char* name : {"shift_applied", "structured"})
    Dataset::create(file, path(name), H5T_NATIVE_UINT8, {{0}, {scans_chunk}, {H5S_UNLIMITED}, true});
  Dataset::create(file, path("residual_structure"), H5T_NATIVE_DOUBLE,
                  {{0}, {scans_chunk}, {H5S_UNLIMITED}, true});
}

void put_check(const File& file, hsize_t index, const PhaseMap& map) {
  ReferenceCheck check;
  if (map.reference_check) check = *map.reference_check;
  for (const Table& table : by_state) {
    std::vector<double> values = check.*table.values;
    values.resize(map.states.size(), none);
    Dataset::open(file, path(table.name)).put(index, H5T_NATIVE_DOUBLE, values.data());
  }
  for (const Table& table : by_energy)
    put_row(file, path(table.name), index, check.*table.values,
            table.values == &ReferenceCheck::residual_ev ? 0.0 : none);
  const std::uint8_t applied = check.shift_applied, structured = check.structured;
  Dataset::open(file, path("shift_applied")).put(index, H5T_NATIVE_UINT8, &applied);
  Dataset::open(file, path("structured")).put(index, H5T_NATIVE_UINT8, &structured);
  Dataset::open(file, path("residual_structure")).put(index, H5T_NATIVE_DOUBLE, &check.residual_structure);
}

void read_check(const File& file, std::vector<PhaseMap>& all) {
  if (!file.has(group) || all.front().states.empty()) return;  // files of before have none
  const std::size_t count = all.size();
  const auto structure = column<double>(file, "residual_structure", count);
  const auto applied = column<std::uint8_t>(file, "shift_applied", count),
             structured = column<std::uint8_t>(file, "structured", count);
  const std::size_t states = all.front().states.size();
  std::array<Rows<double>, by_state.size()> rows;
  std::transform(by_state.begin(), by_state.end(), rows.begin(), [&](const Table& table) {
    return read_rows<double>(file, path(table.name), count, states);
  });
  for (std::size_t i = 0; i < count; ++i) {
    ReferenceCheck check;
    check.shift_ev = rows[0].first(states, i);
    check.shift_uncertainty_ev = rows[1].first(states, i);
    if (std::isnan(check.shift_uncertainty_ev.front())) continue;  // a map without
    check.residual_structure = structure[i];
    check.shift_applied = applied[i] != 0;
    check.structured = structured[i] != 0;
    all[i].reference_check = check;
  }
  std::vector<std::size_t> lengths(count, 0);
  for (const Table& table : by_energy) {
    const bool suggested = table.values == &ReferenceCheck::suggested;  // of some maps: as wide as theirs
    const std::size_t longest = *std::max_element(lengths.begin(), lengths.end());
    const auto all_of = read_rows<double>(file, path(table.name), count, suggested ? 0 : longest);
    for (std::size_t i = 0; i < count; ++i) {
      if (!all[i].reference_check) continue;
      const bool energies = table.values == &ReferenceCheck::residual_ev;  // first: they tell the length
      if (energies)
        while (lengths[i] < all_of.width && all_of.at(i, lengths[i]) > 0) ++lengths[i];
      if (lengths[i] > all_of.width) continue;
      const std::vector<double> values = all_of.first(lengths[i], i);
      const bool absent = !values.empty() && std::isnan(values.front());
      if (!absent) (*all[i].reference_check).*table.values = values;
    }
  }
}

}  // namespace phasecast::maps
