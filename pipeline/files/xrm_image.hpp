#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "messages/image.hpp"

namespace phasecast {

/// What an .xrm file of Xradia microscopes says about its one image.
struct XrmHeader {
  Shape shape;
  PixelType pixel_type = PixelType::uint16;
  double energy_ev = 0;  ///< 0: it does not say; SSRL keeps it in the file's name alone
  double exposure_s = 0;
  double pixel_size_um = 0;
  std::string date;  ///< "05/29/16 15:03:16", of the microscope's clock
};

/// Both throw a Failure that names the file and the stream.
XrmHeader read_xrm_header(const std::filesystem::path& path);
std::vector<std::byte> read_xrm_pixels(const std::filesystem::path& path, Shape shape, PixelType type);

}  // namespace phasecast
