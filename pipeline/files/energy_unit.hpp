#pragma once

#include <string>
#include <vector>

namespace phasecast {

/// Energies in eV. A stated `unit` (eV or keV, in any case) is honored; without one, a maximum below 70 can
/// only mean keV, and `assumptions` says what was taken. Throws a Failure that names `where` and `field` for
/// any other unit, for energies that are not finite and positive, and for such as no synchrotron has.
std::vector<double> in_ev(std::vector<double> energies, const std::string& unit, const std::string& where,
                          const std::string& field, std::vector<std::string>& assumptions);

}  // namespace phasecast
