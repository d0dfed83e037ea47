#include "pipeline/files/hdf5_heap_check.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

namespace phasecast::hdf5 {

namespace {

constexpr haddr_t furthest = (haddr_t{1} << 63) - 1;
constexpr std::uint64_t largest_heap = std::uint64_t{1} << 30;
constexpr std::size_t head_bytes = 16;  // of a collection, and of each object in it

/// HDF5's own part comes first.
struct ReadFile {
  H5FD_t common;
  int descriptor;
  haddr_t end_of_allocation;
  haddr_t length;
  struct stat identity;
};

ReadFile& mine(H5FD_t* file) {
  return *reinterpret_cast<ReadFile*>(file);
}
const ReadFile& mine(const H5FD_t* file) {
  return *reinterpret_cast<const ReadFile*>(file);
}

std::uint64_t number_at(std::span<const std::byte> bytes, std::size_t at) {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

/// Beyond the end of the file there are zeros, as with HDF5's own driver.
bool read_at(int descriptor, haddr_t at, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const auto got = ::pread(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) {
      std::memset(bytes.data(), 0, bytes.size());
      return true;
    }
    at += static_cast<haddr_t>(got);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

bool begins_heap(std::span<const std::byte> bytes) {
  return bytes.size() >= head_bytes && std::memcmp(bytes.data(), "GCOL\1", 5) == 0;
}

/// What went wrong, for the error that HDF5 will make of it.
void tell(const std::string& what) {
  H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_FILE, H5E_READERROR, "%s",
           what.c_str());
}
void tell_system_error(const std::string& doing) {
  tell(doing + ", error message = '" + std::generic_category().message(errno) + "'");
}

bool heap_is_sound(const ReadFile& file, haddr_t at, std::span<const std::byte> begin) {
  struct stat now {};
  if (::fstat(file.descriptor, &now) != 0) return false;
  const auto length = static_cast<haddr_t>(now.st_size);  // a file that is being written grows
  const std::uint64_t size = number_at(begin, 8);
  if (size < head_bytes || size > largest_heap || at > length || size > length - at) return false;
  std::vector<std::byte> all(size);
  return read_at(file.descriptor, at, all) && is_sound_heap(all);
}

H5FD_t* open_file(const char* name, unsigned flags, hid_t, haddr_t) {
  if ((flags & H5F_ACC_RDWR) != 0) return nullptr;
  const int descriptor = ::open(name, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    tell_system_error("cannot open");
    return nullptr;
  }
  auto* file = new ReadFile{};
  file->descriptor = descriptor;
  if (::fstat(descriptor, &file->identity) != 0) {
    ::close(descriptor);
    delete file;
    return nullptr;
  }
  file->length = static_cast<haddr_t>(file->identity.st_size);
  return &file->common;
}

herr_t close_file(H5FD_t* file) {
  const int closed = ::close(mine(file).descriptor);
  delete &mine(file);
  return closed;
}

int compare(const H5FD_t* a, const H5FD_t* b) {
  const auto &one = mine(a).identity, &other = mine(b).identity;
  if (one.st_dev != other.st_dev) return one.st_dev < other.st_dev ? -1 : 1;
  return one.st_ino == other.st_ino ? 0 : one.st_ino < other.st_ino ? -1 : 1;
}

herr_t query(const H5FD_t*, unsigned long* flags) {
  *flags = H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_POSIX_COMPAT_HANDLE | H5FD_FEAT_SUPPORTS_SWMR_IO |
           H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

haddr_t end_of_allocation(const H5FD_t* file, H5FD_mem_t) {
  return mine(file).end_of_allocation;
}
herr_t set_end_of_allocation(H5FD_t* file, H5FD_mem_t, haddr_t end) {
  mine(file).end_of_allocation = end;
  return 0;
}
haddr_t end_of_file(const H5FD_t* file, H5FD_mem_t) {
  return mine(file).length;
}
herr_t handle(H5FD_t* file, hid_t, void** descriptor) {
  *descriptor = &mine(file).descriptor;
  return 0;
}

herr_t read_file(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t at, size_t size, void* buffer) {
  const std::span<std::byte> bytes(static_cast<std::byte*>(buffer), size);
  if (at > furthest - size || !read_at(mine(file).descriptor, at, bytes)) {
    tell_system_error("cannot read");
    return -1;
  }
  if (!begins_heap(bytes) || heap_is_sound(mine(file), at, bytes)) return 0;
  tell("a heap of texts is damaged");
  return -1;
}

herr_t write_file(H5FD_t*, H5FD_mem_t, hid_t, haddr_t, size_t, const void*) {
  return -1;
}

herr_t lock(H5FD_t* file, hbool_t) {
  const bool locked = ::flock(mine(file).descriptor, LOCK_SH | LOCK_NB) == 0;
  if (locked || errno == ENOSYS) return 0;  // a file system without locks, as HDF5 has it
  tell_system_error("cannot lock");
  return -1;
}
herr_t unlock(H5FD_t* file) {
  return ::flock(mine(file).descriptor, LOCK_UN) == 0 || errno == ENOSYS ? 0 : -1;
}

hid_t driver() {
  static const H5FD_class_t functions = [] {
    H5FD_class_t f{};
    f.name = "phasecast";
    f.maxaddr = furthest;
    f.fc_degree = H5F_CLOSE_WEAK;
    f.open = open_file;
    f.close = close_file;
    f.cmp = compare;
    f.query = query;
    f.get_eoa = end_of_allocation;
    f.set_eoa = set_end_of_allocation;
    f.get_eof = end_of_file;
    f.get_handle = handle;
    f.read = read_file;
    f.write = write_file;
    f.lock = lock;
    f.unlock = unlock;
    const H5FD_mem_t map[H5FD_MEM_NTYPES] = H5FD_FLMAP_DICHOTOMY;
    std::memcpy(f.fl_map, map, sizeof map);
    return f;
  }();
  static const hid_t id = H5FDregister(&functions);
  return id;
}

}  // namespace

void check_heaps(hid_t access) {
  H5Pset_driver(access, driver(), nullptr);
}

bool is_sound_heap(std::span<const std::byte> collection) {
  std::size_t at = head_bytes;
  while (collection.size() - at >= head_bytes) {
    std::uint16_t index = 0;
    std::memcpy(&index, collection.data() + at, sizeof index);
    const std::uint64_t length = number_at(collection, at + 8), room = collection.size() - at;
    if (length > room) return false;
    // An object is filled up to a multiple of 8; what is left over is object 0, and counts its own head.
    const std::uint64_t whole = index == 0 ? length : head_bytes + (length + 7) / 8 * 8;
    if (whole < head_bytes || whole > room) return false;
    at += whole;
  }
  return true;
}

}  // namespace phasecast::hdf5
