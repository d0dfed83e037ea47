#pragma once

#include <filesystem>
#include <memory>

#include "pipeline/files/scan_findings.hpp"
#include "pipeline/files/stack_description.hpp"
#include "pipeline/scan_source.hpp"

namespace phasecast {

/// True if the file begins as a TIFF file does.
bool is_tiff(const std::filesystem::path& path);

/// Opens a TIFF file of one gray image per energy: 8, 16 or 32 bits without sign, or floats of 32 or 64 bits;
/// strips or tiles, either byte order, any compression that libtiff was built with, BigTIFF too. Images are
/// read one at a time. Throws a Failure that names the page and what was expected. If nobody says what the
/// images are, told_signal.hpp tells from how they change over the edge.
std::unique_ptr<ScanSource> open_tiff_stack(const std::filesystem::path& path, const StackDescription& said,
                                            ScanFindings& found);

}  // namespace phasecast
