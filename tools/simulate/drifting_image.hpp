#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "messages/drift.hpp"
#include "messages/image.hpp"

namespace phasecast {

/// How images move in a simulated series.
struct DriftConfig {
  double walk_px = 0;        ///< the walk stays within ± this much in x and y
  double magnification = 0;  ///< change over a scan, linear with energy: 0.01 is one percent more at its end

  bool any() const { return walk_px > 0 || magnification != 0; }
};

/// Where each image of the series lies, [scan][E]; the first at 0, and magnification 1 at the lowest energy.
/// The walk goes on from scan to scan, in normal steps of a fifth of its range, and turns back at its ends.
std::vector<std::vector<Drift>> drift_of_series(const DriftConfig& config, int scans,
                                                const std::vector<double>& energies_ev, std::uint64_t seed);

/// Pixels of the sample beyond the image's border that its drift may bring into view.
int drift_margin(const DriftConfig& config, Shape shape);

/// The image in the middle of a canvas as cubic B-splines have it, which go through every pixel (Unser 1999):
/// coefficients can be added and scaled as images can, and give the image moved by any drift.
std::vector<float> spline_coefficients(Shape canvas, std::span<const float> image);
std::vector<float> moved_image(Shape canvas, std::span<const float> coefficients, Shape shape,
                               const Drift& drift);

}  // namespace phasecast
