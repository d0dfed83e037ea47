#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "pipeline/files/scan_findings.hpp"
#include "pipeline/files/stack_description.hpp"
#include "pipeline/scan_source.hpp"

namespace phasecast {

/// Opens any readable scan: a phasecast recording (replayed with its own ids, order, headers and bits), the
/// HDF5 layouts of NSLS-II FXI, APS 32-ID, Data Exchange (APS and Mantis) and NXstxm, a TIFF stack, whose
/// energies `said` has to give, a scan in SDF (its .hdr), a series of .xrm files (their folder, or one of
/// them). Which one is told by what the file holds, never by its name. `found` says what it is, and what had
/// to be assumed. Errors name the file, the dataset and what was expected; an unknown layout lists the
/// layouts that are known.
Result<std::unique_ptr<ScanSource>> open_scan(const std::filesystem::path& path, ScanFindings& found,
                                              const StackDescription& said = {});

/// The same, with what had to be assumed alone ("X_eng has no units; its maximum is below 70: taken as keV").
Result<std::unique_ptr<ScanSource>> open_scan(const std::filesystem::path& path,
                                              std::vector<std::string>& assumptions,
                                              const StackDescription& said = {});

}  // namespace phasecast
