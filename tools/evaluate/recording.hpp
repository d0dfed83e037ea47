#pragma once

#include "messages/result.hpp"
#include "stages/dictionary.hpp"
#include "tools/evaluate/settings.hpp"

namespace phasecast {

/// A recording as in section V-D: numerous particles on a charged cathode, empty places between them, 117
/// energies from 8180 to 8562 eV, and noise of half the typical edge jump in every frame. Absorbance as
/// measured, with a background.
struct Recording {
  Stack stack;
  Phantom truth;                     ///< fractions NaN where there is no material
  std::vector<Spectrum> references;  ///< true ones
  NormalizeConfig normalize;
};

inline constexpr double recording_noise = 0.5;

Recording make_recording(const EvaluationSettings& settings);

/// For unmixing with these references; edge-50 gets each pixel divided by its edge step.
EvaluationData to_data(const Recording& recording, const std::vector<Spectrum>& references);

}  // namespace phasecast
