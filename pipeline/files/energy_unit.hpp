#pragma once

#include <string>
#include <vector>

namespace phasecast {

/// Energies in eV. A stated `unit` (eV or keV, in any case) is honored; without one, a maximum below 70 can
/// only mean keV, and `assumptions` says what was taken. Throws a Failure that names `where` and `field` for
/// any other unit and for energies that are not finite and positive.
std::vector<double> in_ev(std::vector<double> energies, const std::string& unit, const std::string& where,
                          const std::string& field, std::vector<std::string>& assumptions);

/// Refuses energies of a scan that no synchrotron has: the unit that is stated is another one's.
void require_beam_energies(const std::vector<double>& energies_ev, const std::string& where,
                           const std::string& field);

}  // namespace phasecast
