#pragma once

#include <filesystem>

#include "messages/result.hpp"

namespace phasecast {

enum class FileKind { scan, maps, text };

/// What a file is for, told by what it holds: text that is no scan in SDF is taken for spectra or energies, a
/// damaged file for a scan, which then says what is wrong. An error where there is nothing to read.
Result<FileKind> kind_of(const std::filesystem::path& path);

}  // namespace phasecast
