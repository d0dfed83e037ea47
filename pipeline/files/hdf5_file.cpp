#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "pipeline/files/hdf5_attributes.hpp"
#include "pipeline/files/hdf5_heap_check.hpp"
#include "pipeline/files/hdf5_mark.hpp"

namespace phasecast::hdf5 {

namespace {

/// A reader may catch metadata half written, and tries again, each time after twice the pause, from 1 ns on:
/// here for a millisecond in all. HDF5's own 100 attempts take for ever where a crash left them damaged.
constexpr unsigned attempts_while_written = 20;

[[noreturn]] void fail(const std::string& path, const std::string& doing, int error) {
  throw Failure({"disk", path, "", doing + ": " + std::generic_category().message(error), ""});
}

void require_room(const std::filesystem::path& path, std::size_t bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) fail(path.string(), "cannot create", errno);
  const int error = posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
  ::close(descriptor);
  std::filesystem::remove(path);
  if (error != 0) fail(path.string(), "cannot claim space", error);
}

/// HDF5 keeps the indices of a file in memory: of all maps of a night, up to 32 MiB if it may.
constexpr std::size_t index_bytes = 512 << 10;

void bound_memory(hid_t access) {
  H5AC_cache_config_t cache{};
  cache.version = H5AC__CURR_CACHE_CONFIG_VERSION;
  H5Pget_mdc_config(access, &cache);
  cache.set_initial_size = true;
  cache.initial_size = cache.min_size = cache.max_size = index_bytes;
  cache.incr_mode = H5C_incr__off;
  cache.flash_incr_mode = H5C_flash_incr__off;
  cache.decr_mode = H5C_decr__off;
  H5Pset_mdc_config(access, &cache);
}

Handle file_access() {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  bound_memory(access.get());
  return access;
}

Handle open_file(const std::string& path, unsigned flags, hid_t access) {
  return {checked(path, "", "cannot open", [&] { return H5Fopen(path.c_str(), flags, access); }), H5Fclose};
}

constexpr std::size_t most_members = 10'000;

herr_t note_name(hid_t, const char* name, const H5L_info_t*, void* names) {
  auto& all = *static_cast<std::vector<std::string>*>(names);
  all.emplace_back(name);
  return all.size() < most_members ? 0 : 1;
}

}  // namespace

File::~File() {
  if (!handle_ || !writable_) return;
  try {
    flush();
  } catch (const Failure&) {
    give_up();
  }
}

// HDF5 1.10 frees a file that it fails to close, and then closes it once more. So what the disk refuses goes
// to memory, and the close succeeds; on disk the file stays as if its writer had died.
void File::give_up() {
  const int nowhere = memfd_create("phasecast", MFD_CLOEXEC);
  if (nowhere < 0 || dup2(nowhere, descriptor()) < 0) {
    handle_.release();
    return;
  }
  ::close(nowhere);
  const Quiet quiet;
  H5Fflush(id(), H5F_SCOPE_LOCAL);
}

int File::descriptor() const {
  void* descriptor = nullptr;
  checked(path_, "", "cannot reach", [&] { return H5Fget_vfd_handle(id(), H5P_DEFAULT, &descriptor); });
  return *static_cast<int*>(descriptor);
}

std::filesystem::path File::partial(const std::filesystem::path& path) {
  return path.string() + ".partial";
}

File File::create(const std::filesystem::path& path, std::size_t bytes) {
  if (std::filesystem::exists(path)) fail(path.string(), "cannot create", EEXIST);
  const std::string name = partial(path);
  require_room(name, bytes);
  const Handle access = file_access();
  return {path.string(),
          Handle(checked(name, "", "cannot create",
                         [&] { return H5Fcreate(name.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, access.get()); }),
                 H5Fclose),
          true};
}

File File::open_to_append(const std::filesystem::path& path) {
  const Handle access = file_access();
  // A reader that has the finished file open must not stop late frames; two writers still exclude each other
  // through the flags in the superblock.
  H5Pset_file_locking(access.get(), false, true);
  // A writer that died left its mark there, which HDF5 takes for a second writer. The pipeline that opens a
  // recording is its only writer.
  const hbool_t clear = true;
  H5Pset(access.get(), "clear_status_flags", &clear);
  return {path.string(), open_file(path.string(), H5F_ACC_RDWR | H5F_ACC_SWMR_WRITE, access.get()), true};
}

File File::open_to_change(const std::filesystem::path& path) {
  return {path.string(), open_file(path.string(), H5F_ACC_RDWR, file_access().get()), true};
}

File File::open_to_read(const std::filesystem::path& path) {
  report_crashes();
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  check_heaps(access.get());
  try {
    return {path.string(), open_file(path.string(), H5F_ACC_RDONLY, access.get()), false};
  } catch (const Failure& closed_only) {
    if (const Mark mark = mark_of(path); mark != Mark::written && mark != Mark::swmr) throw;
    try {
      H5Pset_metadata_read_attempts(access.get(), attempts_while_written);
      return {path.string(), open_file(path.string(), H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, access.get()),
              false};
    } catch (const Failure&) {
      throw closed_only;
    }
  }
}

bool File::has(const std::string& object) const {
  const Quiet quiet;
  const InLibrary in_library(path_);
  for (std::size_t end = object.find('/', 1);; end = object.find('/', end + 1)) {
    if (H5Lexists(id(), object.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
    if (end == std::string::npos) return H5Oexists_by_name(id(), object.c_str(), H5P_DEFAULT) > 0;
  }
}

std::vector<std::string> File::members(const std::string& group) const {
  const Handle open(
      checked(path_, group, "cannot open", [&] { return H5Gopen2(id(), group.c_str(), H5P_DEFAULT); }),
      H5Gclose);
  std::vector<std::string> names;
  checked(path_, group, "cannot list",
          [&] { return H5Literate(open.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, note_name, &names); });
  return names;
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
  std::sort(left_sparse.begin(), left_sparse.end(),
            [](const Extent& a, const Extent& b) { return a.first < b.first; });
  left_sparse.push_back({size, 0});
  hsize_t at = 0;
  for (const Extent& gap : left_sparse) {
    const int error = gap.first > at ? posix_fallocate(descriptor(), static_cast<off_t>(at),
                                                       static_cast<off_t>(gap.first - at))
                                     : 0;
    if (error != 0) fail(path_, "cannot claim space", error);
    at = gap.first + gap.bytes;
  }
}

void File::start_swmr() {
  checked(path_, "", "cannot open to readers", [&] { return H5Fstart_swmr_write(id()); });
  std::filesystem::rename(partial(path_), path_);
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

void File::sync() {
  if (::fdatasync(descriptor()) != 0) fail(path_, "cannot write", errno);
}

void File::close() {
  flush();
  const hid_t id = handle_.release();
  checked(path_, "", "cannot close", [&] { return H5Fclose(id); });
}

}  // namespace phasecast::hdf5
