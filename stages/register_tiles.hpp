#pragma once

#include <span>

#include "messages/image.hpp"

namespace phasecast {

/// The center of magnification, in pixels of the image.
struct ImageCenter {
  double x = 0, y = 0;
};

/// What is left of drift between two images: frame(p) ≈ gain · reference(p + (x, y) + magnify · (p − c)).
struct TileFit {
  bool solved = false;
  double x = 0, y = 0;      ///< pixels
  double magnify = 0;       ///< 0 if not asked for
  double uncertainty = 0;   ///< of the displacement, pixels: RMS over the image and both axes
  double quality = 0;       ///< correlation of the images as they lie, over all tiles: 0 to 1
  double significance = 0;  ///< what the reference explains of a tile, over what it would by chance
  double overlap = 0;       ///< share of the image's pixels that were compared
};

/// One step of Gauss and Newton towards the least squares of frame − gain · reference − plane, in which every
/// tile of the image has a gain and a plane (of three terms) of its own: over an absorption edge each part of
/// a sample brightens, or inverts, as its own chemistry has it, and all of them move together. Gains and
/// planes are eliminated from the normal equations of each tile (variable projection, Golub and Pereyra
/// 1973). A tile counts by the inverse of what its own fit leaves unexplained; the uncertainty is that by
/// which the tiles disagree.
///
/// NaN in either image is left out. The bits do not depend on the number of threads. Both images are [N] of
/// the shape.
TileFit fit_tiles(Shape shape, std::span<const float> reference, std::span<const float> frame,
                  ImageCenter center, bool with_magnification);

/// Σ |∇|² over the image of what is not plane within a tile, beyond that of white noise which the smoothing
/// of `reduce` left at this standard deviation (of one pixel before smoothing); 0 if nothing stands out.
/// Shift is known to noise / √structure from two such images.
double structure(Shape shape, std::span<const float> image, double noise);

}  // namespace phasecast
