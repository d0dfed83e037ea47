#pragma once

#include <string>
#include <vector>

#include "messages/result.hpp"
#include "messages/spectrum.hpp"

namespace phasecast {

/// Reads "PATH[:column=NAME][=name][@shift_eV]": two-column text or CSV (energy, μ; comments with #), Athena
/// .nor (every column is a spectrum: choose one, otherwise an error lists them), XDI (columns energy and mu*,
/// or made of i0 and itrans or ifluor), Athena projects (.prj: NAME is a group's label); each of them gzipped
/// too. Energy unit: a header that says eV or keV wins; else max < 70 means keV, and `assumptions` says so.
/// Not increasing energies, NaN and text where a number belongs are errors that name the line.
Result<Spectrum> read_reference(const std::string& argument, std::vector<std::string>& assumptions);

}  // namespace phasecast
