#pragma once

#include <span>
#include <vector>

#include "messages/spectrum.hpp"
#include "stages/dictionary.hpp"

namespace phasecast {

/// Columns of A at these energies, as spectra. Throws std::out_of_range for an energy that is not covered.
std::vector<Spectrum> normalized_references(const Dictionary& dictionary,
                                            std::span<const double> energies_ev);

}  // namespace phasecast
