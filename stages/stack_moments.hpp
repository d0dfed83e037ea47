#pragma once

#include <span>

#include "stages/moments.hpp"
#include "stages/stack.hpp"

namespace phasecast {

/// Adds a whole scan that is in memory, as absorbance [E][N], to the moments: AᵀY and the other sums in one
/// sweep over Y. The sums of some pixels stay in the cache while all energies pass; their bits are those of
/// Moments::add, energy by energy. Throws std::invalid_argument if shapes or numbers of energies differ.
void add_stack(Moments& moments, std::span<const double> energies_ev, const StackView& stack);

}  // namespace phasecast
