#pragma once

#include <span>
#include <vector>

#include "messages/reference_check.hpp"
#include "messages/result.hpp"
#include "messages/spectrum.hpp"
#include "stages/dictionary.hpp"
#include "stages/reference_shift.hpp"
#include "stages/spectrum_sample.hpp"

namespace phasecast {

struct ReferenceCheckConfig {
  ShiftConfig shift;
  bool apply = false;  ///< the map is to be made with the shifted references
};

/// Compares the references with what a scan's spectra say. The residual and its structure are those of the
/// references that the map is made with; a state is suggested where even the best shifts leave structure.
/// Where shifts explain less than half of what noise does not, something else is wrong, and they cannot be
/// told. The background is one order higher than the normalization's: one that bends otherwise is no
/// chemistry. Errors: of with_element and fit_shifts.
Result<ReferenceCheck> compare_references(const SampleView& sample, std::span<const Spectrum> references,
                                          const Dictionary& dictionary, const ReferenceCheckConfig& config);

/// A shift that a person should know of: three standard deviations, and more than a map would not show.
bool worth_saying(const ReferenceCheck& check, std::size_t state);

/// The references with their energies raised by the shifts; those that cannot be told (NaN) stay.
std::vector<Spectrum> shifted(std::span<const Spectrum> references, std::span<const double> shift_ev);

}  // namespace phasecast
