#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "messages/spectrum.hpp"
#include "stages/dictionary.hpp"

namespace phasecast {

/// What keeps these references from being used at these energies, before any of them is normalized.
std::optional<Error> check_references(std::span<const Spectrum> references,
                                      std::span<const double> planned_ev, const NormalizeConfig& config);

/// What keeps the normalized references from unmixing: AᵀA over the planned energies is (nearly) singular.
std::optional<Error> check_rank(const Eigen::MatrixXd& gram, std::span<const std::string> names);

/// Below this ratio of eigenvalues of AᵀA the fractions would be rounding errors of the references.
inline constexpr double smallest_reciprocal_condition = 1e-9;

/// "8333.5 eV" and "8180 to 8320 eV".
std::string text_of(double energy_ev);
std::string text_of(const EnergyWindow& window);

}  // namespace phasecast
