#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <regex>
#include <span>
#include <stdexcept>
#include <string>

#include "messages/image.hpp"

namespace phasecast::test {

/// A two-dimensional .npy file of little-endian float32 or float64 in C order (NumPy format 1.0).
inline Image<float> read_npy(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string begin(10, '\0');
  file.read(begin.data(), 10);
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(begin[i]));
  };
  std::string header(byte(8) + 256 * byte(9), '\0');
  file.read(header.data(), static_cast<std::streamsize>(header.size()));
  std::smatch found;
  if (!begin.starts_with("\x93NUMPY") ||
      !std::regex_search(header, found, std::regex("'<f([48])'.*False.*\\((\\d+), (\\d+)\\)")))
    throw std::runtime_error(path.string() + ": no two-dimensional float array of NumPy: " + header);
  Image<float> image({std::stoi(found[2]), std::stoi(found[3])});
  for (float& value : image.values) {
    double wide = 0;
    if (found[1] == "4")
      file.read(reinterpret_cast<char*>(&value), sizeof value);
    else if (file.read(reinterpret_cast<char*>(&wide), sizeof wide))
      value = static_cast<float>(wide);
  }
  if (!file) throw std::runtime_error(path.string() + ": the array is cut");
  return image;
}

/// Rows of little-endian float32 or float64, as NumPy reads them.
template <class Real>
void write_npy(const std::filesystem::path& path, std::size_t rows, std::size_t columns,
               std::span<const Real> values) {
  constexpr std::size_t alignment = 64, before_text = 10;
  std::string text = "{'descr': '<f" + std::to_string(sizeof(Real)) +
                     "', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
                     std::to_string(columns) + "), }";
  text.append(alignment - 1 - (before_text + text.size()) % alignment, ' ');
  text += '\n';
  std::ofstream file(path, std::ios::binary);
  file.write("\x93NUMPY\x01\x00", 8);
  file.put(static_cast<char>(text.size() % 256)).put(static_cast<char>(text.size() / 256));
  file << text;
  file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size_bytes()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace phasecast::test
