#pragma once

#include <cstddef>
#include <vector>

#include "stages/pixel_run.hpp"
#include "stages/rum_variables.hpp"

namespace phasecast {

/// Line 3 of Algorithm 1, eq. (12), one state after the other: conjugate gradients for K x = rhs, started at
/// the last x, with K = diag(s)² − Δ + I and rhs = (m − c) s + ∇ᵀ(u − d) + w − e.
template <class Real>
class XStep {
 public:
  explicit XStep(Shape shape);
  void update_x(RumVariables<Real>& v, int steps);

 private:
  double start(const RumVariables<Real>& v, std::size_t state);
  double turn(const RumVariables<Real>& v, Real beta);
  double advance(RumVariables<Real>& v, std::size_t state, Real alpha);

  std::vector<Real> residual_, direction_, image_;  // r, p and K p
};

extern template class XStep<float>;
extern template class XStep<double>;

}  // namespace phasecast
