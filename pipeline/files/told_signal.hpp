#pragma once

#include <functional>
#include <string>
#include <vector>

#include "messages/scan.hpp"
#include "pipeline/files/scan_findings.hpp"

/// What images are that do not say it themselves, told from their pixels, and said in `found`.
namespace phasecast {

using ReadImage = std::function<std::vector<float>(std::size_t image)>;

/// From how the images change over the edge: brighter at the highest energies than at the lowest is
/// absorbance; else transmission if 99 % of the first image's pixels are at most 2, or counts without flats.
/// `energies_ev` has one for each image.
Signal signal_over_edge(const std::vector<double>& energies_ev, const ReadImage& image,
                        const std::string& path, ScanFindings& found);

/// For images that cannot be absorbance: transmission or counts, by the same 99 %. `what` is what they are
/// called in the file, and why it does not say.
Signal signal_of_first(std::vector<float> first, const std::string& path, const std::string& what,
                       ScanFindings& found);

}  // namespace phasecast
