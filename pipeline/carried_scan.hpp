#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "pipeline/region_spectrum.hpp"
#include "stages/half.hpp"
#include "stages/kept_frames.hpp"
#include "stages/moments.hpp"

namespace phasecast {

/// The frames of a scan, kept in half precision to stand in for those that the next scan of the series has
/// not taken yet (design: "Warm start, honestly").
///
/// Half precision changes a value by at most 2⁻¹¹ of itself (below absorbance 2 like noise of 3·10⁻⁴); beyond
/// ±65504 it is infinite, and its pixel unusable while the frame stands in. It reaches provisional maps only.
/// The carried moments are those of the rounded frames, not of the frames as measured: so what is taken out
/// is what was added, nothing but the sums' own rounding stays behind, and the misfit is that of real
/// spectra.
class CarriedScan {
 public:
  /// Forgets all, and keeps frames of the next scan if asked to.
  void restart(std::size_t energies, Shape shape, bool keep);
  /// A scan of the same energies, shape and dictionary begins: what was kept stands in from now on.
  void next_scan(const Moments& of_last_scan);

  /// Where this scan's frame is to be kept; empty if it is not.
  std::span<Half> room(std::uint32_t energy_index);
  /// The frame is there: the last scan's stands in no longer.
  void replace(std::uint32_t energy_index, double energy_ev, float largest);

  /// The energies that the last scan stands in for, and their moments; nullptr if it stands in for nothing.
  std::vector<std::uint32_t> energies() const;
  const Moments* moments();
  /// Whether frames are kept at all.
  bool keeps() const { return !kept_.empty(); }
  /// This scan's frame of an energy that has come.
  KeptFrame own(std::uint32_t energy_index) const;
  /// All that is kept, this scan's where it is there, by energy; valid until the next change.
  std::vector<HeldFrame> frames() const;

 private:
  struct Kept {
    double energy_ev = 0;
    float largest = 0;
    std::vector<Half> absorbance;  // empty: none
  };

  void take_out_replaced();
  static std::vector<KeptFrame> views(std::span<const Kept> frames);

  std::size_t pixels_ = 0;
  std::vector<Kept> kept_;         // this scan's, by energy
  std::vector<Kept> standing_in_;  // the last scan's, by energy
  std::vector<Kept> replaced_;     // the last scan's that are still in the sums
  std::vector<std::vector<Half>> spare_;
  std::optional<Moments> sums_;
  bool summed_ = false;  // sums_ holds standing_in_ and replaced_; else nothing yet
};

}  // namespace phasecast
