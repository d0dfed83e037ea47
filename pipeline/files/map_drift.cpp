#include "pipeline/files/map_drift.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "messages/wire/limits.hpp"
#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/plausible.hpp"

namespace phasecast::maps {

namespace {

using hdf5::Dataset;
using hdf5::Dims;
using hdf5::File;

constexpr hsize_t scans_chunk = 64, energies_chunk = 128;
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

template <class T>
void put_row(const File& file, const std::string& name, hsize_t index, std::vector<T> row) {
  const Dataset dataset = Dataset::open(file, path(name));
  row.resize(std::max<hsize_t>(dataset.dims(2, "[scan, E]")[1], row.size()));
  if (row.empty()) return;
  dataset.grow({index + 1, row.size()});
  dataset.put(index, hdf5::type_of<T>(), row.data());
}

/// A table of [scan, E] that holds all energies of all maps; `width` is its E.
template <class T>
std::vector<T> read_rows(const File& file, const std::string& name, const std::vector<PhaseMap>& all,
                         std::size_t& width) {
  const Dataset dataset = Dataset::open(file, path(name));
  const Dims dims = dataset.dims(2, "[scan, E]");
  require_at_most(file.path(), dataset.name(), dims[1], limits::energies, "energies");
  std::size_t energies = 0;
  for (const PhaseMap& map : all) energies = std::max(energies, map.energies_ev.size());
  if (energies > 0 && (dims[0] < all.size() || dims[1] < energies))
    throw Failure({"shape", file.path(), dataset.name(), hdf5::to_text(dims),
                   hdf5::to_text({all.size(), energies}) + " or more"});
  width = dims[1];
  return hdf5::read_numbers<T>(dataset);
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
    std::vector<double> row(energies, std::numeric_limits<double>::quiet_NaN());
    for (const Drift& drift : map.drift) row[drift.energy_index] = drift.*table.value;
    put_row(file, table.name, index, std::move(row));
  }
  std::vector<std::uint8_t> applied(energies, 0);
  for (const Drift& drift : map.drift) applied[drift.energy_index] = drift.trusted;
  put_row(file, "applied", index, std::move(applied));
}

void read_drift(const File& file, std::vector<PhaseMap>& all) {
  if (!file.has(group)) return;
  std::array<std::vector<double>, tables.size()> values;
  std::size_t width = 0, applied_width = 0;
  for (std::size_t t = 0; t < tables.size(); ++t) {
    std::size_t one = 0;
    values[t] = read_rows<double>(file, tables[t].name, all, one);
    if (t > 0 && one != width)
      throw Failure({"shape", file.path(), path(tables[t].name), std::to_string(one) + " energies",
                     std::to_string(width) + ", as x"});
    width = one;
  }
  const auto applied = read_rows<std::uint8_t>(file, "applied", all, applied_width);
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::uint32_t e = 0; e < all[i].energies_ev.size(); ++e) {
      Drift drift;
      drift.energy_index = e;
      for (std::size_t t = 0; t < tables.size(); ++t) drift.*tables[t].value = values[t][i * width + e];
      drift.trusted = applied[i * applied_width + e] != 0;
      if (!std::isnan(drift.magnification)) all[i].drift.push_back(drift);
    }
}

}  // namespace phasecast::maps
