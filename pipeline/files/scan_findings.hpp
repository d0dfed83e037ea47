#pragma once

#include <string>
#include <vector>

namespace phasecast {

/// What was found out about a scan while it was opened, in words for a person. Also if it then could not be
/// opened: as far as it went.
struct ScanFindings {
  std::string layout;                    ///< "NSLS-II FXI"
  std::string images;                    ///< "/img_xanes [123, 125, 125] is [energy, y, x]"
  std::string energies;                  ///< "/X_eng in keV, as its units say"
  std::string signal;                    ///< why the pixels are taken for counts, transmission or absorbance
  std::vector<std::string> assumptions;  ///< what had to be assumed, each with the file's name
};

}  // namespace phasecast
