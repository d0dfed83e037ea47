#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "messages/drift.hpp"
#include "messages/image.hpp"
#include "stages/phase_correlation.hpp"
#include "stages/register_image.hpp"
#include "stages/register_tiles.hpp"

namespace phasecast {

enum class Registering : std::uint8_t { off, shift, shift_and_magnification };

/// Magnification (E / at_ev)^power. A zone plate's focal length is proportional to E: refocused by moving the
/// sample, with the detector where it is, power = −1.
struct MagnificationLaw {
  double power = 0;
  double at_ev = 0;  ///< where it is 1; 0: at the scan's first planned energy
};

struct RegisterConfig {
  Registering mode = Registering::off;
  std::optional<MagnificationLaw> law;  ///< with mode shift: known, and not fitted
};

/// Measures how images drift over a scan, and from scan to scan of a series, against a running reference.
///
/// The reference is the mean of the images already aligned, of this scan and of the one before, where all of
/// them have a value; the first image with enough structure begins it, and is where drift is 0 and
/// magnification 1 (a known law has its own). Each image is first looked for around the newest drift, by
/// phase correlation, and then fitted by least squares (register_tiles) on reduced images, coarse and fine.
///
/// A measurement is trusted if the fit came to rest, a quarter of the image was compared, the reference
/// explains `least_significance` times what it would by chance, and the tiles of the image agree on their
/// displacement to `most_uncertain` pixels. One that is not stays out of the reference, and the newest
/// trusted drift goes on.
class Registration {
 public:
  static constexpr double most_uncertain = 0.25;     ///< pixels, RMS of the displacement over the image
  static constexpr double least_significance = 8;    ///< noise has 1.3, another sample up to 5
  static constexpr double most_magnification = 1.1;  ///< and its inverse the least: beyond is no drift

  static constexpr int least_side = 32;
  static bool possible(Shape shape) { return std::min(shape.height, shape.width) >= least_side; }

  /// `first_ev`: the first planned energy. Throws std::invalid_argument for an image that is too small.
  Registration(const RegisterConfig& config, Shape shape, double first_ev);

  /// The next scan of the series begins: the reference is the mean of this one's images, until its own come.
  /// So a scan's alignment depends on its own images and on those of the scan before with their drift.
  /// A scan without a trusted image leaves the reference as it was.
  void next_scan();

  /// The image's drift, also in `aligned` from now on; its energy index is left to the caller. Throws
  /// std::invalid_argument if the image is not of the shape.
  Drift measure(double energy_ev, std::span<const float> absorbance);
  /// Takes the image as if it had just been measured so.
  void adopt(const Drift& drift, double energy_ev, std::span<const float> absorbance);

  /// Where the newest image lies, as far as that can be trusted: what to resample it with.
  const Alignment& alignment() const { return alignment_; }

 private:
  struct Level {
    RegisterImage frame, reference;
    std::vector<float> moved;
  };

  double magnification_at(double energy_ev) const;
  /// Of the image at hand, where a law says it; else 1.
  double lawful() const;
  void take(std::span<const float> absorbance);
  Drift begin_reference(std::span<const float> absorbance);
  Alignment look_around(const Alignment& start);
  TileFit step(Level& level, Alignment& alignment);
  Drift fitted(Alignment start);
  void add_to_reference();

  RegisterConfig config_;
  Shape shape_;
  double law_at_ev_;
  Alignment alignment_;
  Level fine_, coarse_;
  PhaseCorrelation correlation_;
  std::vector<float> sum_, last_sum_;  // of aligned reduced images: of this scan, of the one before
  int images_ = 0, last_images_ = 0;   // in them
};

}  // namespace phasecast
