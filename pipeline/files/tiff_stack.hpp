#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messages/scan.hpp"
#include "pipeline/scan_source.hpp"

namespace phasecast {

/// What a stack of images cannot say about itself.
struct StackDescription {
  std::vector<double> energies_ev;  ///< one for each image
  std::optional<Signal> signal;     ///< told from the images if not given
};

/// True if the file begins as a TIFF file does.
bool is_tiff(const std::filesystem::path& path);

/// Opens a TIFF file of one gray image per energy: 8, 16 or 32 bits without sign, or floats of 32 or 64 bits;
/// strips or tiles, either byte order, any compression that libtiff was built with, BigTIFF too. Images are
/// read one at a time. Throws a Failure that names the page and what was expected.
///
/// If nobody says what the images are: absorbance if the sample is brighter at the highest energies than at
/// the lowest (what absorbs more beyond the edge; fluorescence too), else transmission if 99 % of the image
/// at the lowest energy is at most 2, else counts without flats. `assumptions` says what was taken, and why.
std::unique_ptr<ScanSource> open_tiff_stack(const std::filesystem::path& path,
                                            const StackDescription& description,
                                            std::vector<std::string>& assumptions);

}  // namespace phasecast
