#pragma once

#include "messages/image.hpp"
#include "stages/absorbance.hpp"

namespace phasecast {

/// Whether there was light when the frames of an energy were taken: beams are dumped and shutters stay shut.
/// Such a frame is no measurement, and in the sums its energy would spoil every pixel.
enum class Beam {
  on,
  off_in_flat,   ///< the flat's light does not stand out from its noise
  off_in_sample  ///< nor does the sample's, where the flat is lit
};

struct SeenBeam {
  Beam beam = Beam::on;
  float absorbance = 0;  ///< median of the lit pixels; flats of another exposure shift that of the whole scan
};

/// A frame whose absorbance is above that of its scan's brightest by more has 2 % of its light: no edge does
/// that, a shutter and a detector's drifting offset do.
inline constexpr float most_above_brightest = 4;

/// From some thousand of the pixels. Where the scan has no flats every finite pixel counts as lit; what comes
/// as absorbance has any offset and scale, and must be finite somewhere.
SeenBeam beam(const RawFrame& frame, Shape shape);

}  // namespace phasecast
