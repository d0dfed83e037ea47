#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "stages/links.hpp"
#include "stages/moments.hpp"
#include "stages/rum_variables.hpp"

namespace phasecast {

/// How far a point is from satisfying each line of the KKT conditions (21), relative to the size of the
/// line's terms (1e-12 of them where all vanish). For the conditions with ∈ and ≤ it is the distance to the
/// nearest point that satisfies them.
struct KktResiduals {
  static constexpr std::array<std::string_view, 10> lines{"M = X diag(s)",
                                                          "U = grad X",
                                                          "W = X",
                                                          "t = s",
                                                          "C diag(s) + div D + E = 0",
                                                          "X'C + g = 0",
                                                          "A'(Y - AM) + rho C = 0",
                                                          "rho D in lambda d|U|",
                                                          "E normal to Omega1",
                                                          "g normal to Omega2"};
  std::array<double, lines.size()> relative{};

  double largest() const;
};

/// Of the variables of (10) with data divided by `unit`; `lambda`, `rho` are of the divided data too. Scaled
/// duals, total variation over the `links`, W on the simplex. Pixels outside `sample` [N] do not count.
template <class Real>
KktResiduals kkt_residuals(const RumVariables<Real>& v, const NormalEquations& equations, double unit,
                           double lambda, double rho, const Links& links,
                           std::span<const std::uint8_t> sample);

extern template KktResiduals kkt_residuals(const RumVariables<float>&, const NormalEquations&, double, double,
                                           double, const Links&, std::span<const std::uint8_t>);
extern template KktResiduals kkt_residuals(const RumVariables<double>&, const NormalEquations&, double,
                                           double, double, const Links&, std::span<const std::uint8_t>);

}  // namespace phasecast
