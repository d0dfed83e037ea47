#include "pipeline/files/map_file.hpp"

#include <algorithm>
#include <array>

#include "messages/units.hpp"
#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/map_check.hpp"
#include "pipeline/files/map_columns.hpp"
#include "pipeline/files/map_drift.hpp"

namespace phasecast {

namespace {

using hdf5::Dataset;
using hdf5::Dims;
using hdf5::File;

constexpr std::size_t header_bytes = 128 << 10;
constexpr hsize_t column_chunk = 64;
constexpr hsize_t energies_chunk = 128;
constexpr std::size_t scan_id_bytes = 64;

Dims with_scans(hsize_t scans, Dims one) {
  one.insert(one.begin(), scans);
  return one;
}

void make_images(const File& file, Shape shape, std::size_t states) {
  for (const auto& image : maps::images(shape, states)) {
    Dims most = with_scans(H5S_UNLIMITED, image.dims);
    Dataset::create(file, maps::path(image.name), image.type,
                    {with_scans(0, image.dims), with_scans(1, image.dims), std::move(most), true});
  }
}

void make_column(const File& file, const std::string& name, hid_t type, const std::string& unit) {
  Dataset::create(file, maps::path(name), type, {{0}, {column_chunk}, {H5S_UNLIMITED}, true});
  if (!unit.empty()) hdf5::set_attribute(file, maps::path(name), "units", unit);
}

void make_columns(const File& file) {
  for (const auto& column : maps::reals) make_column(file, column.name, H5T_NATIVE_DOUBLE, column.unit);
  for (const auto& column : maps::counts) make_column(file, column.name, H5T_NATIVE_UINT32, "");
  make_column(file, "scan_index", H5T_NATIVE_UINT32, "");
  make_column(file, "received_utc_ns", H5T_NATIVE_INT64, "ns");
  make_column(file, "time", H5T_NATIVE_DOUBLE, "s");
  make_column(file, "scan_id", hdf5::fixed_text_type(scan_id_bytes).get(), "");
  const hdf5::Layout table = {{0, 0}, {column_chunk, energies_chunk}, {H5S_UNLIMITED, H5S_UNLIMITED}, true};
  Dataset::create(file, maps::path("energy"), H5T_NATIVE_DOUBLE, table);
  hdf5::set_attribute(file, maps::path("energy"), "units", "eV");
  Dataset::create(file, maps::path("energy_use"), H5T_NATIVE_UINT8, table);
  hdf5::set_attribute(file, maps::path("energy_use"), "meaning", "0 missing, 1 used, 2 of the scan before");
}

template <class T>
void put(const File& file, const std::string& name, hsize_t index, hid_t type, const T* values) {
  Dataset::open(file, maps::path(name)).put(index, type, values);
}

}  // namespace

struct MapFileWriter::Impl {
  File file;
  Shape shape;
  std::vector<std::string> states;
  hsize_t count = 0;
  std::int64_t first_utc_ns = 0;
  hsize_t most_energies = 0;

  void create(const std::map<std::string, std::string>& configuration);
  Result<Ok> check(const PhaseMap& map) const;
  void write(const PhaseMap& map);
  void put_energies(const PhaseMap& map);
};

void MapFileWriter::Impl::create(const std::map<std::string, std::string>& configuration) {
  hdf5::set_attribute(file, "/", "NX_class", "NXroot");
  hdf5::set_attribute(file, "/", "default", "entry");
  file.make_group("/entry", "NXentry");
  hdf5::set_attribute(file, "/entry", "default", "chemical_state");
  file.make_group(maps::group, "NXdata");
  for (const auto& [name, value] : configuration) hdf5::set_attribute(file, maps::group, name, value);
  hdf5::set_attribute(file, maps::group, "signal", "fraction");
  hdf5::set_attribute(file, maps::group, "auxiliary_signals", std::vector<std::string>{"uncertainty"});
  hdf5::set_attribute(file, maps::group, "axes", std::vector<std::string>{"time", "state", ".", "."});
  hdf5::set_attribute(file, maps::group, "time_indices", std::uint32_t{0});
  hdf5::set_attribute(file, maps::group, "state_indices", std::uint32_t{1});
  hdf5::write_texts(file, maps::path("state"), states);
  make_images(file, shape, states.size());
  hdf5::set_attribute(file, maps::path("mask"), "meaning", "0 valid, 1 no element, 2 bad pixel");
  make_columns(file);
  maps::make_check(file, states.size());
  maps::make_drift(file);
  file.claim({});
  file.start_swmr();
}

Result<Ok> MapFileWriter::Impl::check(const PhaseMap& map) const {
  const auto refuse = [&](const std::string& field, const std::string& value, const std::string& expected) {
    return Error{"shape", file.path(), field, value, expected};
  };
  if (map.shape != shape || map.states != states)
    return refuse("shape",
                  std::to_string(map.states.size()) + " states, " + std::to_string(map.shape.height) + " x " +
                      std::to_string(map.shape.width),
                  std::to_string(states.size()) + " states, " + std::to_string(shape.height) + " x " +
                      std::to_string(shape.width) + ", as in the maps before");
  for (const auto& image : maps::images(shape, states.size()))
    if (image.size(map) != image.values)
      return refuse(image.name, std::to_string(image.size(map)) + " values", std::to_string(image.values));
  if (map.scan_id.size() > scan_id_bytes)
    return refuse("scan_id", map.scan_id, "at most " + std::to_string(scan_id_bytes) + " bytes");
  for (const auto* indices : {&map.energies_used, &map.energies_carried})
    for (const std::uint32_t e : *indices)
      if (e >= map.energies_ev.size())
        return refuse("energies", std::to_string(e), "below " + std::to_string(map.energies_ev.size()));
  for (const Drift& drift : map.drift)
    if (drift.energy_index >= map.energies_ev.size())
      return refuse("drift", std::to_string(drift.energy_index),
                    "below " + std::to_string(map.energies_ev.size()));
  return Ok{};
}

void MapFileWriter::Impl::put_energies(const PhaseMap& map) {
  const hsize_t width = std::max<hsize_t>(most_energies, map.energies_ev.size());
  if (width == 0) return;
  std::vector<double> energies = map.energies_ev;
  energies.resize(width, 0.0);
  std::vector<std::uint8_t> use(width, maps::missing);
  for (const std::uint32_t e : map.energies_carried) use[e] = maps::carried;
  for (const std::uint32_t e : map.energies_used) use[e] = maps::used;
  for (const char* name : {"energy", "energy_use"})
    Dataset::open(file, maps::path(name)).grow({count + 1, width});
  most_energies = width;
  put(file, "energy", count, H5T_NATIVE_DOUBLE, energies.data());
  put(file, "energy_use", count, H5T_NATIVE_UINT8, use.data());
}

void MapFileWriter::Impl::write(const PhaseMap& map) {
  for (const auto& image : maps::images(shape, states.size()))
    put(file, image.name, count, image.type, image.data(map));
  put_energies(map);
  maps::put_check(file, count, map);
  maps::put_drift(file, count, map);
  for (const auto& column : maps::reals) {
    const double value = column.get(map);
    put(file, column.name, count, H5T_NATIVE_DOUBLE, &value);
  }
  const std::int64_t first = count == 0 ? map.received_utc_ns : first_utc_ns;
  const double time = static_cast<double>(map.received_utc_ns - first) / ns_per_s;
  put(file, "time", count, H5T_NATIVE_DOUBLE, &time);
  put(file, "received_utc_ns", count, H5T_NATIVE_INT64, &map.received_utc_ns);
  std::array<char, scan_id_bytes> id{};
  std::copy(map.scan_id.begin(), map.scan_id.end(), id.begin());
  put(file, "scan_id", count, hdf5::fixed_text_type(scan_id_bytes).get(), id.data());
  for (const auto& column : maps::counts) {
    const std::uint32_t value = column.get(map);
    put(file, column.name, count, H5T_NATIVE_UINT32, &value);
  }
  file.flush();
  put(file, "scan_index", count, H5T_NATIVE_UINT32, &map.scan_index);  // once all else can be read
  file.flush();
  first_utc_ns = first;
  ++count;
}

MapFileWriter::MapFileWriter(const std::filesystem::path& path, Shape shape,
                             const std::vector<std::string>& states,
                             const std::map<std::string, std::string>& configuration)
    : impl_(std::make_unique<Impl>(Impl{File::create(path, header_bytes), shape, states})) {
  try {
    impl_->create(configuration);
  } catch (...) {
    impl_.reset();
    std::filesystem::remove(File::partial(path));  // half made: it would be in the way of the next try
    throw;
  }
}

MapFileWriter::~MapFileWriter() = default;

Result<Ok> MapFileWriter::append(const PhaseMap& map, bool to_disk) {
  const Result<Ok> checked = impl_->check(map);
  if (!checked) return checked;
  try {
    impl_->write(map);
    if (to_disk) impl_->file.sync();
    return Ok{};
  } catch (const Failure& failure) {
    return failure.error;
  }
}

}  // namespace phasecast
