#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "messages/wire/limits.hpp"
#include "pipeline/files/hdf5.hpp"
#include "pipeline/files/plausible.hpp"

/// Tables of a map file that have a row of any length per map: [scan, n].
namespace phasecast::maps {

constexpr hsize_t scans_chunk = 64, energies_chunk = 128;

/// The table grows to hold the row; what is beyond the row is `filler`.
template <class T>
void put_row(const hdf5::File& file, const std::string& table, hsize_t index, std::vector<T> row, T filler) {
  const auto dataset = hdf5::Dataset::open(file, table);
  const hsize_t width = std::max<hsize_t>(dataset.dims(2, "[scan, E]")[1], row.size());
  dataset.grow({index + 1, width});
  row.resize(width, filler);
  if (width > 0) dataset.put(index, hdf5::type_of<T>(), row.data());
}

/// The rows of a table, `width` values each.
template <class T>
struct Rows {
  std::size_t width = 0;
  std::vector<T> values;

  T at(std::size_t entry, std::size_t k) const { return values[entry * width + k]; }
  std::vector<T> first(std::size_t n, std::size_t entry) const {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(entry * width);
    return {begin, begin + static_cast<std::ptrdiff_t>(n)};
  }
};

/// Throws Failure "shape" if there are fewer than `count` rows, or they are shorter than `least`.
template <class T>
Rows<T> read_rows(const hdf5::File& file, const std::string& table, std::size_t count, std::size_t least) {
  const auto dataset = hdf5::Dataset::open(file, table);
  const hdf5::Dims dims = dataset.dims(2, "[scan, n]");
  require_at_most(file.path(), dataset.name(), dims[1], limits::energies, "values of a map");
  if (dims[0] < count || dims[1] < least)
    throw Failure({"shape", file.path(), dataset.name(), hdf5::to_text(dims),
                   hdf5::to_text({count, least}) + " or more"});
  return {dims[1], hdf5::read_numbers<T>(dataset)};
}

}  // namespace phasecast::maps
