#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipeline/files/hdf5.hpp"

namespace phasecast::hdf5 {

void set_attribute(const File& file, const std::string& object, const std::string& name,
                   const std::string& value);
void set_attribute(const File& file, const std::string& object, const std::string& name,
                   const std::vector<std::string>& values);
void set_attribute(const File& file, const std::string& object, const std::string& name, hid_t type,
                   const void* value);

template <class T>
requires std::is_arithmetic_v<T>
void set_attribute(const File& file, const std::string& object, const std::string& name, T value) {
  set_attribute(file, object, name, type_of<T>(), &value);
}

bool has_attribute(const File& file, const std::string& object, const std::string& name);
std::string text_attribute(const File& file, const std::string& object, const std::string& name);
/// One text or a list of them.
std::vector<std::string> texts_attribute(const File& file, const std::string& object,
                                         const std::string& name);
void read_attribute(const File& file, const std::string& object, const std::string& name, hid_t type,
                    void* value);

template <class T>
T number_attribute(const File& file, const std::string& object, const std::string& name) {
  T value{};
  read_attribute(file, object, name, type_of<T>(), &value);
  return value;
}

/// All attributes of an object, which must be text.
std::map<std::string, std::string> text_attributes(const File& file, const std::string& object);

}  // namespace phasecast::hdf5
