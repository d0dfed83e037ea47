#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>

#include "messages/result.hpp"
#include "stages/dictionary.hpp"
#include "stages/subspace.hpp"
#include "stages/vca.hpp"

namespace phasecast {

/// What lies under the edge, from the pre-edge window on (order 0; of order 1 it is a line).
enum class Background {
  flat,     ///< constant, as the references of unmixing are normalized
  falling,  ///< ∝ E⁻³ (Victoreen), as the absorption of everything but the element falls. Its zero is the
            ///< open beam: the 1 % of pixels that absorb least before the edge; where the sample fills the
            ///< image that is too high, and the correction too small.
};

struct BlindConfig {
  NormalizeConfig normalize;
  Background background = Background::falling;
  VcaConfig vca;  ///< its `states` 0: as many as stand out of the noise, at most 8
};

/// How many spectra the pixels with the element are made of: eigenvalues of their whitened second moment,
/// with the background's spectra projected out, against the largest that noise alone would have. Anything
/// systematic that is stronger than the noise (drift, misalignment, saturation) counts as a spectrum, too.
struct StateEvidence {
  Eigen::VectorXd eigenvalues;  ///< [k], decreasing, in units of the noise variance
  double noise_edge = 0;
  int states() const { return static_cast<int>((eigenvalues.array() > noise_edge).count()); }
};

struct BlindSpectra {
  Eigen::MatrixXd spectra;  ///< [E][L], background subtracted. edge_step: divided by their edge step. Else:
                            ///< of the same mean, since y = s A x leaves the scale of each free
  Endmembers endmembers;
  StateEvidence evidence;
  std::size_t pixels = 0;  ///< with at least half of the typical amount of the element: those searched
};

/// References out of the data alone: subspace, background, thick pixels, vertices. Energies as the stack's
/// frames, in any order. Errors: of find_subspace and find_endmembers, "window" (too few energies in a
/// window), "element" (no pixel stands out of the noise), "edge_step" (a spectrum without).
Result<BlindSpectra> blind_spectra(std::span<const double> energies_ev, const Subspace& subspace,
                                   const BlindConfig& config);

}  // namespace phasecast
