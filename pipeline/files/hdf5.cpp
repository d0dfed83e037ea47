#include "pipeline/files/hdf5.hpp"

#include <fcntl.h>

#include <algorithm>
#include <bit>
#include <system_error>

#include "pipeline/files/hdf5_attributes.hpp"

namespace phasecast::hdf5 {

static_assert(std::endian::native == std::endian::little, "pixels are stored little-endian as they are");

namespace {

Handle file_access() {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  return access;
}

Handle open_file(const std::string& path, unsigned flags, hid_t access) {
  return {checked(path, "", "cannot open", [&] { return H5Fopen(path.c_str(), flags, access); }), H5Fclose};
}

}  // namespace

Handle& Handle::operator=(Handle&& other) noexcept {
  if (this != &other) {
    reset();
    id_ = std::exchange(other.id_, H5I_INVALID_HID);
    close_ = other.close_;
  }
  return *this;
}

void Handle::reset() {
  if (id_ < 0) return;
  const Quiet quiet;
  close_(std::exchange(id_, H5I_INVALID_HID));
}

File File::create(const std::filesystem::path& path) {
  const Handle access = file_access();
  return {path.string(),
          Handle(checked(path.string(), "", "cannot create",
                         [&] { return H5Fcreate(path.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, access.get()); }),
                 H5Fclose),
          true};
}

File File::open_to_append(const std::filesystem::path& path) {
  const Handle access = file_access();
  // A reader that has the finished file open must not stop late frames; two writers still exclude each other
  // through the flags in the superblock.
  H5Pset_file_locking(access.get(), false, true);
  return {path.string(), open_file(path.string(), H5F_ACC_RDWR | H5F_ACC_SWMR_WRITE, access.get()), true};
}

File File::open_to_change(const std::filesystem::path& path) {
  return {path.string(), open_file(path.string(), H5F_ACC_RDWR, file_access().get()), true};
}

File File::open_to_read(const std::filesystem::path& path) {
  try {
    return {path.string(), open_file(path.string(), H5F_ACC_RDONLY, H5P_DEFAULT), false};
  } catch (const Failure& closed_only) {
    try {
      return {path.string(), open_file(path.string(), H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, H5P_DEFAULT),
              false};
    } catch (const Failure&) {
      throw closed_only;
    }
  }
}

bool File::has(const std::string& object) const {
  const Quiet quiet;
  for (std::size_t end = object.find('/', 1);; end = object.find('/', end + 1)) {
    if (H5Lexists(id(), object.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
    if (end == std::string::npos) return H5Oexists_by_name(id(), object.c_str(), H5P_DEFAULT) > 0;
  }
}

void File::make_group(const std::string& name, const std::string& nexus_class) const {
  const Handle group(
      checked(path_, name, "cannot create",
              [&] { return H5Gcreate2(id(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT); }),
      H5Gclose);
  if (!nexus_class.empty()) set_attribute(*this, name, "NX_class", nexus_class);
}

void File::link(const std::string& existing, const std::string& name) const {
  checked(path_, name, "cannot link", [&] {
    return H5Lcreate_hard(id(), existing.c_str(), id(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
  });
}

void File::claim(std::vector<Extent> left_sparse) {
  flush();
  hsize_t size = 0;
  checked(path_, "", "cannot tell the size", [&] { return H5Fget_filesize(id(), &size); });
  void* descriptor = nullptr;
  checked(path_, "", "cannot reach", [&] { return H5Fget_vfd_handle(id(), H5P_DEFAULT, &descriptor); });
  std::sort(left_sparse.begin(), left_sparse.end(),
            [](const Extent& a, const Extent& b) { return a.first < b.first; });
  left_sparse.push_back({size, 0});
  hsize_t at = 0;
  for (const Extent& gap : left_sparse) {
    const int error = gap.first > at ? posix_fallocate(*static_cast<int*>(descriptor), static_cast<off_t>(at),
                                                       static_cast<off_t>(gap.first - at))
                                     : 0;
    if (error != 0)
      throw Failure({"disk", path_, "", "cannot claim space: " + std::generic_category().message(error), ""});
    at = gap.first + gap.bytes;
  }
}

void File::start_swmr() const {
  checked(path_, "", "cannot open to readers", [&] { return H5Fstart_swmr_write(id()); });
}

void File::flush() {
  const auto flush_once = [&] { return H5Fflush(id(), H5F_SCOPE_LOCAL); };
  if (flush_failed_) {  // HDF5 1.10 writes everything in the next flush, but fails that one too
    const Quiet quiet;
    flush_once();
  }
  flush_failed_ = true;
  checked(path_, "", "cannot write", flush_once);
  flush_failed_ = false;
}

void File::close() {
  flush();
  const hid_t id = handle_.release();
  checked(path_, "", "cannot close", [&] { return H5Fclose(id); });
}

hid_t type_of(PixelType type) {
  switch (type) {
    case PixelType::uint8:
      return H5T_STD_U8LE;
    case PixelType::uint16:
      return H5T_STD_U16LE;
    case PixelType::uint32:
      return H5T_STD_U32LE;
    case PixelType::float32:
      return H5T_IEEE_F32LE;
    case PixelType::float64:
      return H5T_IEEE_F64LE;
  }
  return H5I_INVALID_HID;
}

Handle text_type() {
  return fixed_text_type(H5T_VARIABLE);
}

Handle fixed_text_type(std::size_t size) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), size);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  H5Tset_strpad(type.get(), size == H5T_VARIABLE ? H5T_STR_NULLTERM : H5T_STR_NULLPAD);
  return type;
}

}  // namespace phasecast::hdf5
