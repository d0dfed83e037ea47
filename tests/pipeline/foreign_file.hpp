#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/files/hdf5_attributes.hpp"

namespace phasecast::test {

/// A foreign file, dataset by dataset; images hold 0, 1, 2, ... in `T`.
class ForeignFile {
 public:
  explicit ForeignFile(const std::filesystem::path& path) : file_(hdf5::File::create(path, 1000)) {
    std::filesystem::rename(hdf5::File::partial(path), path);
  }
  template <class T>
  ForeignFile& images(const std::string& name, const hdf5::Dims& dims, T first = 0) {
    std::size_t count = 1;
    for (const hsize_t n : dims) count *= n;
    std::vector<T> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(first + static_cast<T>(i % 100));
    hdf5::write_numbers<T>(file_, name, dims, values);
    return *this;
  }
  template <class T>
  ForeignFile& images(const std::string& name, const hdf5::Dims& dims, const std::vector<T>& values) {
    hdf5::write_numbers<T>(file_, name, dims, values);
    return *this;
  }
  ForeignFile& numbers(const std::string& name, std::vector<double> values, const std::string& unit = "") {
    hdf5::write_numbers<double>(file_, name, {values.size()}, values);
    if (!unit.empty()) hdf5::set_attribute(file_, name, "units", unit);
    return *this;
  }
  ForeignFile& text(const std::string& name, const std::string& value) {
    hdf5::write_texts(file_, name, {value});
    return *this;
  }
  /// An attribute of one text or a list of them.
  ForeignFile& said(const std::string& object, const std::string& name,
                    const std::vector<std::string>& value) {
    if (value.size() == 1)
      hdf5::set_attribute(file_, object, name, value.front());
    else
      hdf5::set_attribute(file_, object, name, value);
    return *this;
  }
  ForeignFile& group(const std::string& name) {
    file_.make_group(name, "");
    return *this;
  }
  void close() { file_.close(); }

 private:
  hdf5::File file_;
};

}  // namespace phasecast::test
