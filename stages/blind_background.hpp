#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <vector>

#include "stages/blind.hpp"

/// Normalization of the spectra that span a subspace: columns, a row per energy.
namespace phasecast {

/// Rows of the energies in a window.
std::vector<Eigen::Index> rows_in(const EnergyWindow& window, std::span<const double> energies);

/// What is fitted in the pre-edge window and subtracted everywhere, as columns; none in mode none.
Eigen::MatrixXd background_shapes(std::span<const double> energies, const BlindConfig& config);

/// True if the background falls, so that its zero matters.
bool falls(const BlindConfig& config);

/// Spectra without the shapes, whose amounts are fitted to these rows.
Eigen::MatrixXd without(const Eigen::MatrixXd& shapes, const std::vector<Eigen::Index>& rows,
                        const Eigen::MatrixXd& spectra);

/// Errors "window" and "edge_step" (no e0).
std::optional<Error> check_windows(std::span<const double> energies, const NormalizeConfig& config);

/// What the scale of each spectrum is, see BlindSpectra. Error "edge_step" if one has none.
std::optional<Error> scale_spectra(std::span<const double> energies, const NormalizeConfig& config,
                                   Eigen::MatrixXd& spectra);

}  // namespace phasecast
