#pragma once

#include <string>
#include <vector>

#include "pipeline/files/text_table.hpp"

namespace phasecast {

/// The column of energies; refuses angles and wave numbers in their place.
std::size_t energy_column(const TextTable& table, const std::string& path);

/// The names that choose a spectrum: of every column but that of energies, and of what can be made.
std::vector<std::string> spectra_in(const TextTable& table, const std::string& path);

/// μ(E) from a table: the column called `wanted`, or what the columns' names leave no doubt about. Of XDI's
/// columns mutrans = ln(i0 / itrans), mufluor = ifluor / i0 and murefer = ln(itrans / irefer) are made where
/// only the intensities are there. Throws a Failure that lists the names.
std::vector<double> choose_mu(const TextTable& table, const std::string& wanted, const std::string& path);

}  // namespace phasecast
