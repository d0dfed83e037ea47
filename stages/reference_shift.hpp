#pragma once

#include <Eigen/Core>
#include <span>

#include "messages/result.hpp"
#include "messages/spectrum.hpp"
#include "stages/spectrum_sample.hpp"

namespace phasecast {

struct ShiftConfig {
  double search_ev = 5;  ///< shifts up to this size are looked for
  bool common = false;   ///< one shift for all references, as a monochromator's drift is
};

/// How much the references' energies must be raised to explain the spectra.
struct ReferenceShifts {
  Eigen::VectorXd shift_ev;        ///< [L]
  Eigen::VectorXd uncertainty_ev;  ///< [L], one standard deviation
  double misfit_before = 0;        ///< Σ‖r‖² without a shift, at the energies that count with it
  double misfit_after = 0;

  /// Whether the shift of a state is known: not, where there is too little of it, where it is too much like a
  /// mixture of the others, or where it may lie beyond what was searched.
  bool told(Eigen::Index state) const;
};

/// Least squares over shifts, amounts >= 0 and backgrounds (ShiftProblem), from a coarse search on; with a
/// weak prior around 0 of half the search's width, so that what the spectra do not tell stays 0 and has that
/// uncertainty.
///
/// The standard deviation is the larger of two: from white noise, and from what each piece of the spectrum
/// alone pulls at the shift ("sandwich", White 1980, clustered by energy). References that are wrong in
/// another way, too, leave a residual that is alike in all pixels; only the second knows.
///
/// Error "energies": the references cover too few of the scan's energies wherever they are moved to.
Result<ReferenceShifts> fit_shifts(const SpectrumSample& sample, std::span<const Spectrum> references,
                                   int background_terms, const ShiftConfig& config);

}  // namespace phasecast
