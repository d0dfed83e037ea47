#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/files/tiff_stack.hpp"
#include "pipeline/scan_source.hpp"

namespace phasecast {

/// Opens any readable scan file: a phasecast recording (replayed with its own ids, order, headers and bits),
/// the NSLS-II FXI layout, the APS 32-ID `/exchange` layout, a TIFF stack, which `stack` has to describe.
/// Which one is told by what the file holds, never by its name. `assumptions` collects what had to be
/// assumed, in words ("X_eng has no units; its maximum is below 70: taken as keV"). Errors name the file, the
/// dataset and what was expected; an unknown layout lists the layouts that are known.
Result<std::unique_ptr<ScanSource>> open_scan(const std::filesystem::path& path,
                                              std::vector<std::string>& assumptions,
                                              const StackDescription& stack = {});

}  // namespace phasecast
