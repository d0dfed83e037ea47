#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "messages/result.hpp"
#include "stages/stack.hpp"

namespace phasecast {

enum class HalfOf {
  edge,        ///< half of the normalized edge: 0.5
  white_line,  ///< half of the spectrum's own maximum
};

struct Edge50Config {
  HalfOf half = HalfOf::edge;
  int window = 5;  ///< energies that smooth a value: local parabola (Savitzky and Golay 1964); odd; 1 = as
                   ///< measured. References are smoothed alike, so that what it does to an edge cancels.
};

/// Section II-A. `fraction` is clipped to [0, 1], as phase maps show it; `energy_ev` is not, and `clipped`
/// counts the pixels. NaN: no edge, which is
///   - a value that is not finite, or no rise through the half, or
///   - a mean before the first rise that is not below the half, or a mean behind it that is not above.
struct Edge50Map {
  std::vector<float> energy_ev;  ///< [N], where the smoothed spectrum first rises through the half; linear
                                 ///< between energies
  std::vector<float> fraction;   ///< [2][N], of the first and the second reference: linear in the energy
  std::array<double, 2> reference_ev{};
  std::size_t clipped = 0;
};

/// The stack is normalized to an edge of 1 (any scale for HalfOf::white_line), and so are the references, on
/// the same energies. Errors: "energies" (not strictly increasing, not as many as frames), "window", "edge"
/// (a reference without one, or both at the same energy).
Result<Edge50Map> edge50(std::span<const double> energies_ev, const StackView& normalized,
                         const std::array<std::span<const double>, 2>& references,
                         const Edge50Config& config);

}  // namespace phasecast
