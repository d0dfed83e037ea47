#pragma once

#include <cstdint>
#include <type_traits>

#include "stages/simd.hpp"

// What a pass of RUM-TV works on at once: as many neighboring pixels as a register holds.

namespace phasecast {

template <class Real>
using PixelLanes = simd::Vector<Real, simd::lanes>;

template <class Real>
PixelLanes<Real> load_pixels(const Real* from) {
  return simd::load<PixelLanes<Real>>(from);
}

template <class Lanes>
Lanes within(const Lanes& values, const Lanes& limit) {
  return simd::lesser<Lanes>(limit, simd::greater<Lanes>(-limit, values));  // NaN stays NaN
}

/// Bits of a pixel: which neighbors it is linked to, whether it is in the sample; above them how many links.
struct PixelKind {
  static constexpr int right = 1, below = 2, in = 4, left = 8, above = 16, degree_shift = 5;
};

template <class Real>
class PixelKinds {
 public:
  using Lanes = PixelLanes<Real>;

  explicit PixelKinds(const std::uint8_t* kinds)
      : kinds_(__builtin_convertvector(simd::widened(kinds), Integers)) {}

  /// `values` where there is this link, else 0.
  Lanes linked(int link, const Lanes& values) const { return (kinds_ & link) != 0 ? values : Lanes{}; }
  /// `values` in the sample, `empty` elsewhere.
  Lanes in_sample(const Lanes& values, const Lanes& empty) const {
    return (kinds_ & PixelKind::in) != 0 ? values : empty;
  }
  /// Number of links.
  Lanes degree() const { return __builtin_convertvector(kinds_ >> PixelKind::degree_shift, Lanes); }

 private:
  using Integers =
      simd::Vector<std::conditional_t<sizeof(Real) == 4, std::int32_t, std::int64_t>, simd::lanes>;

  Integers kinds_;
};

}  // namespace phasecast
