#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace phasecast {

/// What the name of an .xrm file says about it, as SSRL 6-2C and APS 8-BM and 32-ID name them:
///   rep01_000051_ref_20161456_sample_08324.0_eV_002of010.xrm   a flat, its second of ten
///   rep01_20161456_sample_08324.0_eV_001of003.xrm              a sample image
///   fov1_xanes_sample_8324_0eV.xrm, ref_xanes_sample_8324_0eV.xrm
struct XrmName {
  std::string series;  ///< what all images of a scan have in common: the name without the rest
  bool flat = false;   ///< "ref" between underscores
  std::optional<double> energy_ev;
  std::uint32_t repeat = 1;   ///< from 1
  std::uint32_t repeats = 0;  ///< as announced; 0: not
};

/// `stem` is the file's name without its extension.
XrmName read_xrm_name(const std::string& stem);

}  // namespace phasecast
