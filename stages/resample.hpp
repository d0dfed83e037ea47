#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "messages/image.hpp"

namespace phasecast {

/// Where a pixel p of the reference image lies in a frame: c + m (p − c) + t, with c the image's center.
struct Alignment {
  double x = 0, y = 0;  ///< t, pixels
  double magnification = 1;

  bool operator==(const Alignment&) const = default;
};

/// Along one axis: output pixel i is taken from position offset + scale · i of the input.
struct AxisMap {
  double offset = 0, scale = 1;
};

/// `center` is c along the axis.
inline AxisMap axis_map(double center, double shift, double magnification) {
  return {center + shift - magnification * center, magnification};
}

/// For each pixel along one axis, the first of the input pixels it is made of, and their weights.
class AxisWeights {
 public:
  static constexpr int taps = 6;

  AxisWeights(AxisMap map, int size);

  /// Output pixels from begin to end whose input pixels begin `ahead` of them: neighbors move together. All
  /// runs together are the pixels that have all their input pixels.
  struct Run {
    int begin, end, ahead;
  };
  std::span<const Run> runs() const { return runs_; }
  bool covers(int i) const { return !runs_.empty() && i >= runs_.front().begin && i < runs_.back().end; }
  int source(int i) const { return source_[static_cast<std::size_t>(i)]; }
  const float* weights(int tap) const { return weights_[static_cast<std::size_t>(tap)].data(); }

 private:
  void find_runs();

  std::vector<Run> runs_;
  std::vector<int> source_;
  std::array<std::vector<float>, taps> weights_;
};

/// The image as the reference sees it: moved and magnified in space by one cubic convolution over six by six
/// pixels (Keys 1981, eq. (24) ff.: error of fourth order; slopes stay where they are, which a windowed sinc
/// moves by 0.015 pixels). A pixel any of whose inputs lies outside the frame, or is NaN, is NaN. An
/// alignment that changes nothing copies.
///
/// In blocks of rows, in parallel; the bits do not depend on the number of threads. Throws
/// std::invalid_argument if a size is not that of the shape.
void resample(Shape shape, std::span<const float> frame, AxisMap across, AxisMap down,
              std::span<float> moved);
void resample(Shape shape, std::span<const float> frame, const Alignment& alignment, std::span<float> moved);

}  // namespace phasecast
