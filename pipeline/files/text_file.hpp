#pragma once

#include <filesystem>
#include <string>

namespace phasecast {

/// A text file as it is, or unpacked if it is gzip. Throws a Failure that names the file where it cannot be
/// read or is longer than any file of spectra, packed or not.
std::string read_text(const std::filesystem::path& path);

}  // namespace phasecast
