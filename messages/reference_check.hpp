#pragma once

#include <vector>

namespace phasecast {

/// What a scan says about the references it is unmixed with.
struct ReferenceCheck {
  std::vector<double> shift_ev;  ///< by state: reference energies lie this much too low (eV); NaN:
                                 ///< cannot be told
  std::vector<double>
      shift_uncertainty_ev;         ///< by state: one standard deviation; of what cannot be told, too
  bool shift_applied = false;       ///< the map was made with the shifted references
  double residual_structure = 0;    ///< RMS of the mean residual spectrum over what noise alone explains
  std::vector<double> residual_ev;  ///< energies of the residual spectrum, eV
  std::vector<double> residual;     ///< absorbance; mean over the valid pixels, by energy
  bool structured = false;          ///< the residual is more than noise: a reference is wrong or missing
  std::vector<double> suggested;    ///< by energy of the residual: spectrum of the state that seems to be
                                    ///< missing, from where it is purest, background subtracted; empty: none
};

}  // namespace phasecast
