#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "messages/spectrum.hpp"

namespace phasecast {

/// 117 energies from 8180 to 8562 eV: 1 eV apart from 8325 to 8375, 5 eV outside.
std::vector<double> nickel_energies();

/// Each energy once, from low to high: what a Spectrum needs, whatever order they are measured in.
std::vector<double> ascending(std::vector<double> energies_ev);

/// Ni K-edge spectra of `states` valence states (2 to 5), edge jump 1, without noise. From the first to the
/// last the edge moves by 2.5 eV; white line and oscillation differ, so that no state is a mixture of others.
std::vector<Spectrum> nickel_states(int states, std::span<const double> energies_ev);

/// Spectra at other energies, by linear interpolation. Throws std::invalid_argument for an energy outside a
/// spectrum's range.
std::vector<Spectrum> resample(std::span<const Spectrum> spectra, std::span<const double> energies_ev);

/// Writes DIR/<name>.txt as two columns, energy in eV and μ, digit for digit, and returns the paths.
std::vector<std::filesystem::path> write_spectra(const std::filesystem::path& directory,
                                                 std::span<const Spectrum> spectra);

}  // namespace phasecast
