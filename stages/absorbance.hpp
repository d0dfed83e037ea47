#pragma once

#include <cstddef>
#include <span>

#include "messages/image.hpp"
#include "messages/scan.hpp"
#include "stages/raw_pixels.hpp"

namespace phasecast {

/// Adds the frame's pixels, converted to float, to `sum` (same shape): darks, flats and repeats are averaged
/// so.
void add_pixels(std::span<const std::byte> pixels, PixelType type, std::span<float> sum);

/// The pixels from `first` on, converted to float.
void read_pixels(const RawPixels& pixels, std::size_t first, std::span<float> to);

/// What turns one frame into absorbance. Empty spans mean "none": no dark subtracted, not divided by a flat.
struct Correction {
  std::span<const float> dark;
  std::span<const float> flat;
};

/// Absorbance of one frame: counts       y = -ln((I - D) / (F - D))   (F empty: y = -ln(I - D), offset
/// unknown)
///                          transmission y = -ln((I - D) / (F - D)) with D, F where the scan has them
///                          absorbance   y = I
/// A pixel whose logarithm does not exist becomes NaN (never a clamped value). Returns how many did.
std::size_t to_absorbance(std::span<const float> intensity, Signal signal, const Correction& correction,
                          std::span<float> absorbance);

/// One energy's frames, not yet converted.
struct RawFrame {
  Signal signal = Signal::counts;
  RawPixels sample, flat, dark;
};

/// The same straight from the raw pixels, for those from `first` on.
void to_absorbance(const RawFrame& frame, std::size_t first, std::span<float> absorbance);

}  // namespace phasecast
