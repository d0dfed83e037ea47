#include "pipeline/files/hdf5_mark.hpp"

#include <array>
#include <fstream>
#include <string_view>

namespace phasecast::hdf5 {

Mark mark_of(const std::filesystem::path& path) {
  std::array<char, 12> begin{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(begin.data(), begin.size())) return Mark::none;
  constexpr char version = 3, writer = 1, swmr_writer = 4;
  if (std::string_view(begin.data(), 8) != "\x89HDF\r\n\x1a\n" || begin[8] != version) return Mark::none;
  if (begin[11] & swmr_writer) return Mark::swmr;
  return begin[11] & writer ? Mark::written : Mark::closed;
}

}  // namespace phasecast::hdf5
