#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/image.hpp"
#include "stages/pixel_run.hpp"

namespace phasecast {

inline constexpr std::size_t rum_max_states = 8;

/// What one iteration changes in a block of pixels. A dual changes by what its split still disagrees.
struct RumChanges {
  std::span<const std::uint8_t> valid;  ///< [N]
  double dual = 0;                      ///< sum of squares, C, D, E and g
  double map = 0;                       ///< sum of squares, W in valid pixels
  double valid_pixels = 0;
};

/// The variables of (10) and the steps of Algorithm 1 that work pixel by pixel.
///
/// Each update_ also updates the dual of its split, which no other step of the same iteration reads.
template <class Real>
struct RumVariables {
  Shape shape;
  std::size_t states;
  std::vector<Real> x, m, w;  ///< [L][N]
  std::vector<Real> u;        ///< [2][L][N], differences along x, then along y; [L][N] = X with a denoiser
  std::vector<Real> s, t;     ///< [N]
  std::vector<Real> c, e;     ///< duals of M and W
  std::vector<Real> d;        ///< dual of U
  std::vector<Real> g;        ///< dual of t

  RumVariables(Shape image, std::size_t number_of_states);

  /// Eq. (19), the X-step where U = X.
  void update_x_plugged();
  /// Line 4. A pixel whose sum is not positive cannot be scaled to sum one: it moves to the nearest point
  /// that does.
  void normalize_x(std::size_t begin, std::size_t end);
  /// Line 5, eq. (13).
  void update_s(const PixelRun& run);
  /// Lines 6 and 10, eq. (14), as M = base + mixing (X diag(s) + C).
  void update_m(const PixelRun& run, const std::vector<Real>& base, const std::vector<Real>& mixing,
                RumChanges& changes);
  /// Lines 7 and 11, eq. (15); `threshold` is λ/ρ.
  void update_u(const PixelRun& run, Real threshold, RumChanges& changes);
  /// Lines 8 and 12; on the simplex, or only on W >= 0 as in the paper.
  void update_w(const PixelRun& run, bool on_simplex, RumChanges& changes);
  /// Lines 9 and 13.
  void update_t(const PixelRun& run, RumChanges& changes);

  /// Forward differences of a plane, along x or y.
  RunBuffer<Real> difference(const PixelRun& run, const Real* plane, bool along_x) const;
};

extern template struct RumVariables<float>;
extern template struct RumVariables<double>;

}  // namespace phasecast
