#include "messages/wire/limits.hpp"
#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/map_check.hpp"
#include "pipeline/files/map_columns.hpp"
#include "pipeline/files/map_drift.hpp"
#include "pipeline/files/map_file.hpp"
#include "pipeline/files/plausible.hpp"

namespace phasecast {

namespace {

using hdf5::Dataset;
using hdf5::Dims;
using hdf5::File;

constexpr hsize_t most_maps = 100'000;

Shape shape_of(const File& file) {
  const Dataset mask = Dataset::open(file, maps::path("mask"));
  const Dims dims = mask.dims(3, "[scan, Y, X]");
  return plausible_shape(file.path(), mask.name(), dims[1], dims[2]);
}

void check_images(const File& file, const PhaseMap& first, std::size_t maps) {
  for (const auto& image : maps::images(first.shape, first.states.size())) {
    const Dataset dataset = Dataset::open(file, maps::path(image.name));
    const Dims dims = dataset.dims();
    if (dims.empty() || dims.front() < maps ||
        !std::equal(dims.begin() + 1, dims.end(), image.dims.begin(), image.dims.end()))
      throw Failure({"shape", file.path(), dataset.name(), hdf5::to_text(dims),
                     "[" + std::to_string(maps) + "] + " + hdf5::to_text(image.dims)});
  }
}

/// A column, at least as long as there are maps; a failed append may have left a longer one.
template <class T>
std::vector<T> column(const File& file, const std::string& name, std::size_t count) {
  const Dataset dataset = Dataset::open(file, maps::path(name));
  if (dataset.dims().size() != 1 || dataset.dims().front() < count)
    throw Failure({"shape", file.path(), dataset.name(), hdf5::to_text(dataset.dims()),
                   "[" + std::to_string(count) + "]"});
  return hdf5::read_numbers<T>(dataset);
}

void read_columns(const File& file, std::vector<PhaseMap>& all) {
  for (const auto& one : maps::reals) {
    const auto values = column<double>(file, one.name, all.size());
    for (std::size_t i = 0; i < all.size(); ++i) one.set(all[i], values[i]);
  }
  for (const auto& one : maps::counts) {
    const auto values = column<std::uint32_t>(file, one.name, all.size());
    for (std::size_t i = 0; i < all.size(); ++i) one.set(all[i], values[i]);
  }
  const auto index = column<std::uint32_t>(file, "scan_index", all.size());
  const auto received = column<std::int64_t>(file, "received_utc_ns", all.size());
  const auto ids = hdf5::read_texts(Dataset::open(file, maps::path("scan_id")));
  if (ids.size() < all.size())
    throw Failure({"shape", file.path(), maps::path("scan_id"), std::to_string(ids.size()) + " ids",
                   "[" + std::to_string(all.size()) + "]"});
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].scan_index = index[i];
    all[i].received_utc_ns = received[i];
    all[i].scan_id = ids[i];
  }
}

void read_energies(const File& file, std::vector<PhaseMap>& all) {
  const Dataset energies = Dataset::open(file, maps::path("energy"));
  const Dataset uses = Dataset::open(file, maps::path("energy_use"));
  const hsize_t width = energies.dims(2, "[scan, E]")[1];
  require_at_most(file.path(), energies.name(), width, limits::energies, "energies");
  if (energies.dims() != uses.dims() || energies.dims().front() < all.size())
    throw Failure({"shape", file.path(), uses.name(), hdf5::to_text(uses.dims()),
                   hdf5::to_text(energies.dims()) + ", as energy"});
  const auto ev = hdf5::read_numbers<double>(energies);
  const auto use = hdf5::read_numbers<std::uint8_t>(uses);
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::uint32_t e = 0; e < width && ev[i * width + e] > 0; ++e) {
      all[i].energies_ev.push_back(ev[i * width + e]);
      if (use[i * width + e] == maps::used) all[i].energies_used.push_back(e);
      if (use[i * width + e] == maps::carried) all[i].energies_carried.push_back(e);
    }
}

std::vector<PhaseMap> read_outlines(const File& file) {
  if (!file.has(maps::group))
    throw Failure({"layout", file.path(), maps::group, "absent", "a phasecast map file"});
  const Dataset scans = Dataset::open(file, maps::path("scan_index"));
  const hsize_t count = scans.dims(1, "[scan]").front();
  require_at_most(file.path(), scans.name(), count, most_maps, "maps");
  std::vector<PhaseMap> all(count);
  if (all.empty()) return all;
  const auto states = hdf5::read_texts(Dataset::open(file, maps::path("state")));
  require_at_most(file.path(), maps::path("state"), states.size(), limits::states, "states");
  const Shape shape = shape_of(file);
  const std::string method = hdf5::has_attribute(file, maps::group, "method")
                                 ? hdf5::text_attribute(file, maps::group, "method")
                                 : "";
  for (PhaseMap& map : all) {
    map.states = states;
    map.shape = shape;
    map.method = method;
    map.final = true;
  }
  check_images(file, all.front(), all.size());
  read_columns(file, all);
  read_energies(file, all);
  maps::read_check(file, all);
  maps::read_drift(file, all);
  return all;
}

}  // namespace

struct MapFileReader::Impl {
  File file;
  std::vector<PhaseMap> outlines;
};

MapFileReader::MapFileReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MapFileReader::MapFileReader(MapFileReader&&) noexcept = default;
MapFileReader& MapFileReader::operator=(MapFileReader&&) noexcept = default;
MapFileReader::~MapFileReader() = default;

Result<MapFileReader> MapFileReader::open(const std::filesystem::path& path) {
  try {
    File file = File::open_to_read(path);
    std::vector<PhaseMap> outlines = read_outlines(file);
    return MapFileReader(std::make_unique<Impl>(Impl{std::move(file), std::move(outlines)}));
  } catch (const Failure& failure) {
    return failure.error;
  }
}

const std::vector<PhaseMap>& MapFileReader::outlines() const {
  return impl_->outlines;
}

Result<PhaseMap> MapFileReader::map(std::size_t place) const {
  try {
    PhaseMap map = impl_->outlines.at(place);
    for (const auto& image : maps::images(map.shape, map.states.size())) {
      const Dataset dataset = Dataset::open(impl_->file, maps::path(image.name));
      require_plausible(dataset.path(), dataset.name(), image.values * H5Tget_size(image.type));
      dataset.get(place, image.type, image.make_room(map));
    }
    return map;
  } catch (const Failure& failure) {
    return failure.error;
  }
}

Result<std::vector<PhaseMap>> read_maps(const std::filesystem::path& path) {
  const auto reader = MapFileReader::open(path);
  if (!reader) return reader.error();
  std::vector<PhaseMap> all;
  for (std::size_t i = 0; i < reader.value().outlines().size(); ++i) {
    auto map = reader.value().map(i);
    if (!map) return map.error();
    all.push_back(std::move(*map));
  }
  return all;
}

}  // namespace phasecast
