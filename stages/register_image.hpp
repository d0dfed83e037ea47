#pragma once

#include <span>
#include <vector>

#include "messages/image.hpp"
#include "stages/resample.hpp"

namespace phasecast {

/// An absorbance image as registration looks at it: `bin` by `bin` pixels averaged, then smoothed by the
/// binomial 1 4 6 4 1 in both directions. What has no value, or lacks a neighbor, is NaN.
struct RegisterImage {
  Shape shape;
  int bin = 1;
  std::vector<float> pixels;
};

/// Of this many pixels at most are the images that drift is measured on: binning averages noise away, not
/// what tells where edges are.
inline constexpr std::size_t most_register_pixels = std::size_t{1} << 18;

int register_bin(Shape shape);
/// `image` gives its memory.
void reduce(Shape shape, std::span<const float> absorbance, int bin, RegisterImage& image);
/// Two by two pixels averaged, without smoothing.
void halve(const RegisterImage& image, RegisterImage& half);

/// Where the center of an axis of the full image lies among the reduced pixels.
inline double reduced_center(int full_size, int bin) {
  return ((full_size - 1) / 2.0 - (bin - 1) / 2.0) / bin;
}
/// The reduced frame as the reference sees it; the alignment is in pixels of the full image.
void resample(Shape full, const RegisterImage& frame, const Alignment& alignment, std::span<float> moved);

}  // namespace phasecast
