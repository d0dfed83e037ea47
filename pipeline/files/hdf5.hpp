#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "messages/image.hpp"
#include "pipeline/files/failure.hpp"
#include "pipeline/files/hdf5_crash.hpp"

/// The little of HDF5 that phasecast needs. A call that fails throws a Failure that names the file, the
/// object and what the system said; nothing is printed. Only for the sources of this folder.
namespace phasecast::hdf5 {

using Dims = std::vector<hsize_t>;

/// Owns any HDF5 identifier.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept;
  ~Handle() { reset(); }

  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }
  void reset();
  hid_t release() { return std::exchange(id_, H5I_INVALID_HID); }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

/// Keeps this thread's HDF5 calls from printing their errors.
class Quiet {
 public:
  Quiet() {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Quiet() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// What HDF5's error stack says about the call that has just failed. Cause "disk" if it was a write.
Error last_error(const std::string& path, const std::string& object, const std::string& doing);

/// The result of an HDF5 call, or a Failure: "scan.h5: field /entry/frames is 'cannot open: ...'".
template <class Call>
auto checked(const std::string& path, const std::string& object, const std::string& doing, Call&& call) {
  const Quiet quiet;
  const InLibrary in_library(path);
  const auto returned = call();
  if (returned < 0) throw Failure(last_error(path, object, doing));
  return returned;
}

template <class T>
hid_t type_of() {
  if constexpr (std::is_same_v<T, float>)
    return H5T_NATIVE_FLOAT;
  else if constexpr (std::is_same_v<T, double>)
    return H5T_NATIVE_DOUBLE;
  else if constexpr (std::is_same_v<T, std::uint8_t>)
    return H5T_NATIVE_UINT8;
  else if constexpr (std::is_same_v<T, std::uint16_t>)
    return H5T_NATIVE_UINT16;
  else if constexpr (std::is_same_v<T, std::uint32_t>)
    return H5T_NATIVE_UINT32;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return H5T_NATIVE_INT64;
}
hid_t type_of(PixelType type);

Handle text_type();                        ///< UTF-8, any length
Handle fixed_text_type(std::size_t size);  ///< UTF-8, filled up with NUL

class File {
 public:
  /// A new file that can be read while it is written; refused where the disk has no room for `bytes`. Until
  /// `start_swmr` it is called PATH.partial, so that what has its name can be read, whenever its writer dies.
  static File create(const std::filesystem::path& path, std::size_t bytes);
  /// What a writer that failed or died before `start_swmr` has left.
  static std::filesystem::path partial(const std::filesystem::path& path);
  /// A file that nobody writes, finished or not, to add entries to its growing datasets; readers may have it
  /// open.
  static File open_to_append(const std::filesystem::path& path);
  /// A finished file, to add objects; nobody else may have it open.
  static File open_to_change(const std::filesystem::path& path);
  /// A finished file, one that is being written, or one whose writer died.
  static File open_to_read(const std::filesystem::path& path);

  File(File&&) = default;
  File& operator=(File&&) = delete;
  ~File();

  bool writable() const { return writable_; }
  bool is_open() const { return static_cast<bool>(handle_); }
  const std::string& path() const { return path_; }
  hid_t id() const { return handle_.get(); }
  bool has(const std::string& object) const;
  /// The names of what lies in a group, in alphabetical order.
  std::vector<std::string> members(const std::string& group) const;

  void make_group(const std::string& name, const std::string& nexus_class) const;
  void link(const std::string& existing, const std::string& name) const;

  struct Extent {
    haddr_t first;
    hsize_t bytes;
  };
  /// Claims disk blocks for everything in the file but `left_sparse`: later writes there need no new space.
  void claim(std::vector<Extent> left_sparse);
  /// From here on other processes may read; no object or attribute can be added any more.
  void start_swmr();
  void flush();
  /// What was flushed reaches the disk itself (fdatasync).
  void sync();
  void close();

 private:
  File(std::string path, Handle handle, bool writable)
      : path_(std::move(path)), handle_(std::move(handle)), writable_(writable) {}
  int descriptor() const;
  void give_up();
  std::string path_;
  Handle handle_;
  bool writable_;
  bool flush_failed_ = false;
};

/// How a dataset lies in its file.
struct Layout {
  Dims dims;
  Dims chunk = {};      ///< empty: contiguous
  Dims most = {};       ///< H5S_UNLIMITED where it grows; empty: `dims` is all
  bool placed = false;  ///< every chunk has its address from the start; chunks never written read as zero
};

class Dataset {
 public:
  static Dataset create(const File& file, const std::string& name, hid_t type, const Layout& layout);
  static Dataset open(const File& file, const std::string& name);

  const std::string& name() const { return name_; }
  const std::string& path() const { return path_; }
  hid_t id() const { return handle_.get(); }
  Dims dims() const;
  /// The same, of a dataset that must have this many: "expected [scan, Y, X]".
  Dims dims(std::size_t rank, const std::string& expected) const;
  Handle type() const;
  bool is_number() const;
  /// Where the chunks of a placed dataset lie, one after the other.
  File::Extent extent() const;

  void write(hid_t type, const void* all) const;
  void read(hid_t type, void* all) const;
  /// One entry along the first dimension: a frame, a row, a map. `put` grows the dataset to hold it; `get`
  /// can read along another.
  void put(hsize_t index, hid_t type, const void* one) const;
  void get(hsize_t index, hid_t type, void* one, std::size_t dimension = 0) const;
  /// False if its storage has no place in the file yet: what is read there are fill values.
  bool is_there(hsize_t index) const;
  /// One entry that is exactly one chunk, from the caller's memory straight to the file.
  void put_chunk(hsize_t index, std::span<const std::byte> bytes) const;
  void grow(const Dims& dims) const;
  void flush() const;

 private:
  Dataset(std::string path, std::string name, Handle handle)
      : path_(std::move(path)), name_(std::move(name)), handle_(std::move(handle)) {}
  Handle entry_space(hsize_t index, std::size_t dimension, Dims& count) const;
  void require_plausible_chunk() const;
  std::string path_;
  std::string name_;
  Handle handle_;
};

/// "[123, 125, 125]"
std::string to_text(const Dims& dims);

/// How many values there are, if a file of its length can hold that many of `bytes_each`; else a Failure.
std::size_t plausible_count(const Dataset& dataset, std::size_t bytes_each);

template <class T>
void write_numbers(const File& file, const std::string& name, const Dims& dims, std::span<const T> values) {
  Dataset::create(file, name, type_of<T>(), {.dims = dims}).write(type_of<T>(), values.data());
}

template <class T>
std::vector<T> read_numbers(const Dataset& dataset) {
  std::vector<T> values(plausible_count(dataset, sizeof(T)));
  if (!values.empty()) dataset.read(type_of<T>(), values.data());
  return values;
}

void write_texts(const File& file, const std::string& name, const std::vector<std::string>& values);
/// Strings of fixed or any length, of any rank; one for a scalar.
std::vector<std::string> read_texts(const Dataset& dataset);

}  // namespace phasecast::hdf5
