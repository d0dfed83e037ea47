#pragma once

#include <filesystem>
#include <vector>

#include "pipeline/files/scan_findings.hpp"
#include "pipeline/files/xrm_image.hpp"
#include "pipeline/files/xrm_name.hpp"

namespace phasecast {

/// One image of a series, without its pixels.
struct XrmFile {
  std::filesystem::path path;
  XrmName name;
  XrmHeader header;
  double energy_ev = 0;
};

bool holds_xrm_files(const std::filesystem::path& folder);

/// The images of the scan that `path` is the folder of, or a file of: by energy, flats first, by repeat. A
/// folder of several scans is refused with their names, as is an image of another size or type than the
/// first.
std::vector<XrmFile> read_xrm_files(const std::filesystem::path& path, ScanFindings& found);

}  // namespace phasecast
