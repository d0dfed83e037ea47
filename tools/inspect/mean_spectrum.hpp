#pragma once

#include <string>
#include <vector>

#include "tools/inspect/frame_statistics.hpp"

namespace phasecast {

/// The spectrum of the whole image, energies increasing.
struct MeanSpectrum {
  std::vector<double> energy_ev;
  std::vector<double> absorbance;
  std::vector<double> noise;  ///< of one pixel, from the frames' own noise
};

/// y = -ln((I - D) / (F - D)) of the frames' means (absorbance: their mean). Energies that lack a sample or a
/// flat, or whose logarithm does not exist, are left out.
MeanSpectrum mean_spectrum(const ScanStart& start, const FrameStatistics& statistics);

/// Where the mean spectrum rises, and what lies before.
struct EdgeGuess {
  double e0_ev = 0;     ///< of the steepest rise
  std::string element;  ///< "Fe L3 (706.8 eV)": the edge of the table next to e0, within 1 %; may be empty
  double pre_low_ev = 0, pre_high_ev = 0;
  std::size_t pre_energies = 0;  ///< 0: none to use, and `why_not` says why
  std::string why_not;
};

/// The pre-edge is the energies from the first on that lie on one line, to 5 % of the rise, and end as far
/// before the first that does not as e0 lies behind it. At least three are needed.
EdgeGuess guess_edge(const MeanSpectrum& spectrum);

}  // namespace phasecast
