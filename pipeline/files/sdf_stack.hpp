#pragma once

#include <filesystem>
#include <memory>

#include "pipeline/files/scan_findings.hpp"
#include "pipeline/files/stack_description.hpp"
#include "pipeline/scan_source.hpp"

namespace phasecast {

/// True if the file begins as the .hdr of a scan in SDF does.
bool is_sdf(const std::filesystem::path& path);

/// Opens a stack of SDF (Advanced Light Source, Canadian Light Source, PolLux) by its .hdr: counts of the
/// first channel and region, one image per energy in NAME_a000.xim, NAME_a001.xim, ... beside it, or under
/// the numbers that the header's own list of images has. Energies whose image is not there stay planned and
/// get no frame, which `found` says. Throws a Failure that names the file and the field.
std::unique_ptr<ScanSource> open_sdf(const std::filesystem::path& path, const StackDescription& said,
                                     ScanFindings& found);

}  // namespace phasecast
