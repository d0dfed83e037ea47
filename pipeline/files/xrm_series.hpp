#pragma once

#include <filesystem>
#include <memory>

#include "pipeline/files/scan_findings.hpp"
#include "pipeline/files/stack_description.hpp"
#include "pipeline/scan_source.hpp"

namespace phasecast {

/// True for a compound file, and for a folder with .xrm files in it.
bool is_xrm(const std::filesystem::path& path);

/// Opens the .xrm files of one scan, one image each: a folder that holds those of one scan, or any file of
/// it. Energy, flats and repeats are in the files' names (xrm_name.hpp); a file whose name says no energy
/// must say it itself. Images that the names, or the acquisition's ScanInfo_*.txt, announce and that are not
/// there are named in `found`; nothing stands in for them. Throws a Failure that names the file.
std::unique_ptr<ScanSource> open_xrm_series(const std::filesystem::path& path, const StackDescription& said,
                                            ScanFindings& found);

}  // namespace phasecast
