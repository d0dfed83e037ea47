#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "messages/image.hpp"
#include "stages/pixel_run.hpp"

namespace phasecast {

/// What lies beyond the image: nothing, or (the paper's choice) its opposite side.
enum class Border { open, periodic };

/// Which neighbors are compared: those that are both in the sample.
struct Links {
  Shape shape;
  std::vector<std::uint8_t> right;  ///< [N], 1 where the pixel and the one to its right are linked
  std::vector<std::uint8_t> below;

  Links(Shape shape, std::span<const std::uint8_t> sample, Border border);
};

/// Solves (w + ρ ∇ᵀ∇) z = rhs, ∇ over the links, by conjugate gradients with the diagonal as preconditioner.
template <class Real>
class ScreenedPoisson {
 public:
  explicit ScreenedPoisson(std::size_t pixels) : residual_(pixels), direction_(pixels), image_(pixels) {}

  /// `weight` [N] > 0. Starts at what `z` [N] holds; a few `steps` get close (decision 0004).
  void solve(const Links& links, std::span<const Real> weight, Real rho, std::span<const Real> rhs, int steps,
             std::span<Real> z);

 private:
  std::vector<Real> residual_, direction_, image_;
};

extern template class ScreenedPoisson<float>;
extern template class ScreenedPoisson<double>;

}  // namespace phasecast
