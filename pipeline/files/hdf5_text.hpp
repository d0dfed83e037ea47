#pragma once

#include <string>
#include <vector>

#include "pipeline/files/hdf5.hpp"

namespace phasecast::hdf5 {

/// HDF5 ends a string at the first NUL, so one inside would cut it short unseen.
inline const char* checked_text(const std::string& value, const File& file, const std::string& where) {
  if (value.find('\0') != std::string::npos)
    throw Failure({"text", file.path(), where, value.c_str(), "text without NUL characters"});
  return value.c_str();
}

/// Reads `count` strings with `read(type, buffer)` in the type they are stored in.
template <class Read>
std::vector<std::string> read_stored_texts(const Handle& type, std::size_t count, Read&& read) {
  std::vector<std::string> values(count);
  if (H5Tis_variable_str(type.get()) > 0) {
    std::vector<char*> pointers(count, nullptr);
    read(type.get(), pointers.data());
    for (std::size_t i = 0; i < count; ++i) {
      if (pointers[i]) values[i] = pointers[i];
      H5free_memory(pointers[i]);
    }
    return values;
  }
  const std::size_t size = H5Tget_size(type.get());
  const char filler = H5Tget_strpad(type.get()) == H5T_STR_SPACEPAD ? ' ' : '\0';
  std::vector<char> characters(size * count + 1, '\0');
  read(type.get(), characters.data());
  for (std::size_t i = 0; i < count; ++i) {
    values[i].assign(characters.data() + i * size, size);
    values[i].resize(values[i].find_last_not_of(filler) + 1);
  }
  return values;
}

}  // namespace phasecast::hdf5
