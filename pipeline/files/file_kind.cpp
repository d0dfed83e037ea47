#include "pipeline/files/file_kind.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

#include "pipeline/files/hdf5.hpp"
#include "pipeline/files/map_columns.hpp"
#include "pipeline/files/sdf_stack.hpp"
#include "pipeline/files/tiff_stack.hpp"
#include "pipeline/files/xrm_series.hpp"

namespace phasecast {

namespace {

/// Text has no NUL; gzip is text here.
bool is_text(std::string_view begin) {
  return begin.starts_with("\x1f\x8b") || begin.find('\0') == std::string_view::npos;
}

}  // namespace

Result<FileKind> kind_of(const std::filesystem::path& path) {
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) {
    if (is_xrm(path)) return FileKind::scan;
    return Error{"file", path.string(), "", "a folder without .xrm files",
                 "a file, or the folder of an .xrm series"};
  }
  std::array<char, 4096> buffer{};
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{"file", path.string(), "", "not readable", "a file"};
  file.read(buffer.data(), buffer.size());
  const std::string_view begin(buffer.data(), static_cast<std::size_t>(file.gcount()));
  if (begin.empty()) return Error{"file", path.string(), "", "empty", "a scan, maps, spectra or energies"};
  if (is_tiff(path) || is_xrm(path) || is_sdf(path)) return FileKind::scan;
  if (!begin.starts_with("\x89HDF")) return is_text(begin) ? FileKind::text : FileKind::scan;
  try {
    return hdf5::File::open_to_read(path).has(maps::group) ? FileKind::maps : FileKind::scan;
  } catch (const Failure& failure) {
    return failure.error;
  }
}

}  // namespace phasecast
