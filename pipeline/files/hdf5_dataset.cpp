#include <algorithm>

#include "pipeline/files/hdf5.hpp"
#include "pipeline/files/hdf5_text.hpp"
#include "pipeline/files/plausible.hpp"

namespace phasecast::hdf5 {

namespace {

// Nothing is held back when writing: a dataset that cannot write its cache cannot be closed either. When
// reading, chunks that span many frames (h5py's own choice of chunk shape) are then unpacked once, not once
// per frame.
constexpr std::size_t read_cache_bytes = 64 << 20;

/// The largest number there is where the product is larger.
std::size_t product(const Dims& counts, std::size_t each) {
  if (std::find(counts.begin(), counts.end(), 0U) != counts.end()) return 0;
  std::size_t all = each;
  for (const hsize_t count : counts)
    if (__builtin_mul_overflow(all, count, &all)) return SIZE_MAX;
  return all;
}

}  // namespace

Dataset Dataset::create(const File& file, const std::string& name, hid_t type, const Layout& layout) {
  const auto here = [&](auto&& call) { return checked(file.path(), name, "cannot create", call); };
  const int rank = static_cast<int>(layout.dims.size());
  const Handle space(here([&] {
                       return H5Screate_simple(rank, layout.dims.data(),
                                               layout.most.empty() ? nullptr : layout.most.data());
                     }),
                     H5Sclose);
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (!layout.chunk.empty()) here([&] { return H5Pset_chunk(creation.get(), rank, layout.chunk.data()); });
  if (layout.placed) {
    H5Pset_alloc_time(creation.get(), H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER);
  }
  Handle dataset(here([&] {
                   return H5Dcreate2(file.id(), name.c_str(), type, space.get(), H5P_DEFAULT, creation.get(),
                                     H5P_DEFAULT);
                 }),
                 H5Dclose);
  return {file.path(), name, std::move(dataset)};
}

Dataset Dataset::open(const File& file, const std::string& name) {
  const Handle access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
  H5Pset_chunk_cache(access.get(), H5D_CHUNK_CACHE_NSLOTS_DEFAULT, file.writable() ? 0 : read_cache_bytes,
                     1.0);
  Dataset dataset(file.path(), name,
                  Handle(checked(file.path(), name, "cannot open",
                                 [&] { return H5Dopen2(file.id(), name.c_str(), access.get()); }),
                         H5Dclose));
  dataset.require_plausible_chunk();
  return dataset;
}

/// HDF5 takes memory for a whole chunk, and for a whole value, whatever little of it is asked for.
void Dataset::require_plausible_chunk() const {
  const Handle creation(
      checked(path_, name_, "cannot tell the layout", [&] { return H5Dget_create_plist(id()); }), H5Pclose);
  std::size_t values = 1;
  if (H5Pget_layout(creation.get()) == H5D_CHUNKED) {
    Dims chunk(dims().size());
    checked(path_, name_, "cannot tell the chunks",
            [&] { return H5Pget_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data()); });
    values = product(chunk, 1);
  }
  require_plausible(path_, name_ + " chunk", product({values}, H5Tget_size(type().get())));
}

Dims Dataset::dims() const {
  const Handle space(H5Dget_space(id()), H5Sclose);
  const int rank =
      checked(path_, name_, "has no shape", [&] { return H5Sget_simple_extent_ndims(space.get()); });
  Dims dims(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr);
  return dims;
}

Dims Dataset::dims(std::size_t rank, const std::string& expected) const {
  Dims found = dims();
  if (found.size() != rank) throw Failure({"shape", path_, name_, to_text(found), expected});
  return found;
}

Handle Dataset::type() const {
  return {checked(path_, name_, "has no type", [&] { return H5Dget_type(id()); }), H5Tclose};
}

bool Dataset::is_number() const {
  const H5T_class_t kind = H5Tget_class(type().get());
  return kind == H5T_INTEGER || kind == H5T_FLOAT;
}

File::Extent Dataset::extent() const {
  const Dims all = dims(3, "frames [n, Y, X], a chunk each");
  const Dims first(all.size(), 0);
  unsigned filters = 0;
  File::Extent extent{0, 0};
  checked(path_, name_, "has no place", [&] {
    return H5Dget_chunk_info_by_coord(id(), first.data(), &filters, &extent.first, &extent.bytes);
  });
  extent.bytes *= all.front();
  return extent;
}

void Dataset::write(hid_t type, const void* all) const {
  checked(path_, name_, "cannot write",
          [&] { return H5Dwrite(id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all); });
}

void Dataset::read(hid_t type, void* all) const {
  checked(path_, name_, "cannot read",
          [&] { return H5Dread(id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all); });
}

Handle Dataset::entry_space(hsize_t index, std::size_t dimension, Dims& count) const {
  count = dims();
  Dims start(count.size(), 0);
  start.at(dimension) = index;
  count.at(dimension) = 1;
  Handle space(checked(path_, name_, "has no shape", [&] { return H5Dget_space(id()); }), H5Sclose);
  checked(path_, name_, "cannot select", [&] {
    return H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
  });
  return space;
}

void Dataset::put(hsize_t index, hid_t type, const void* one) const {
  Dims all = dims();
  if (index >= all.front()) {
    all.front() = index + 1;
    grow(all);
  }
  Dims count;
  const Handle there = entry_space(index, 0, count);
  const Handle here(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose);
  checked(path_, name_, "cannot write",
          [&] { return H5Dwrite(id(), type, here.get(), there.get(), H5P_DEFAULT, one); });
}

void Dataset::get(hsize_t index, hid_t type, void* one, std::size_t dimension) const {
  Dims count;
  const Handle there = entry_space(index, dimension, count);
  const Handle here(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose);
  checked(path_, name_, "cannot read",
          [&] { return H5Dread(id(), type, here.get(), there.get(), H5P_DEFAULT, one); });
}

bool Dataset::is_there(hsize_t index) const {
  const Handle plan(checked(path_, name_, "has no plan", [&] { return H5Dget_create_plist(id()); }),
                    H5Pclose);
  if (H5Pget_layout(plan.get()) != H5D_CHUNKED) return true;
  const Dims all = dims();
  Dims chunk(all.size());
  H5Pget_chunk(plan.get(), static_cast<int>(chunk.size()), chunk.data());
  Dims corner(all.size(), 0);
  corner.front() = index / chunk.front() * chunk.front();
  for (std::size_t axis = 1;;) {  // every chunk of the entry, as an odometer counts
    unsigned filters = 0;
    haddr_t place = HADDR_UNDEF;
    hsize_t bytes = 0;
    checked(path_, name_, "has no place",
            [&] { return H5Dget_chunk_info_by_coord(id(), corner.data(), &filters, &place, &bytes); });
    if (place == HADDR_UNDEF) return false;
    for (axis = 1; axis < all.size(); ++axis) {
      corner[axis] += chunk[axis];
      if (corner[axis] < all[axis]) break;
      corner[axis] = 0;
    }
    if (axis == all.size()) return true;
  }
}

void Dataset::put_chunk(hsize_t index, std::span<const std::byte> bytes) const {
  Dims corner(dims().size(), 0);
  corner.front() = index;
  checked(path_, name_, "cannot write",
          [&] { return H5Dwrite_chunk(id(), H5P_DEFAULT, 0, corner.data(), bytes.size(), bytes.data()); });
}

void Dataset::grow(const Dims& dims) const {
  checked(path_, name_, "cannot grow", [&] { return H5Dset_extent(id(), dims.data()); });
}

void Dataset::flush() const {
  checked(path_, name_, "cannot write", [&] { return H5Dflush(id()); });
}

std::string to_text(const Dims& dims) {
  std::string text;
  for (const hsize_t n : dims) text += (text.empty() ? "" : ", ") + std::to_string(n);
  return "[" + text + "]";
}

std::size_t plausible_count(const Dataset& dataset, std::size_t bytes_each) {
  const std::size_t bytes = product(dataset.dims(), bytes_each);
  require_plausible(dataset.path(), dataset.name(), bytes);
  return bytes / bytes_each;
}

void write_texts(const File& file, const std::string& name, const std::vector<std::string>& values) {
  std::vector<const char*> pointers;
  for (const std::string& value : values) pointers.push_back(checked_text(value, file, name));
  const Handle type = text_type();
  Dataset::create(file, name, type.get(), {.dims = {values.size()}}).write(type.get(), pointers.data());
}

std::vector<std::string> read_texts(const Dataset& dataset) {
  const Handle type = dataset.type();
  if (H5Tget_class(type.get()) != H5T_STRING)
    throw Failure({"type", dataset.path(), dataset.name(), "not text", "text"});
  const bool any_length = H5Tis_variable_str(type.get()) > 0;
  const std::size_t count =
      plausible_count(dataset, sizeof(std::string) + (any_length ? sizeof(char*) : H5Tget_size(type.get())));
  return read_stored_texts(type, count, [&](hid_t as, void* buffer) { dataset.read(as, buffer); });
}

}  // namespace phasecast::hdf5
