#include "stages/blind_background.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "stages/dense.hpp"

namespace phasecast {

namespace {

constexpr double victoreen_power = 3;  // of 1/E

std::optional<Error> check_window(const std::string& field, const EnergyWindow& window, int terms,
                                  std::span<const double> energies) {
  const auto inside = rows_in(window, energies).size();
  if (inside >= static_cast<std::size_t>(terms)) return std::nullopt;
  return Error{"window", "endmembers", field,
               std::to_string(window.low_ev) + ":" + std::to_string(window.high_ev) + " with " +
                   std::to_string(inside) + " energies",
               "a window with at least " + std::to_string(terms) + " of the energies measured"};
}

PolynomialBasis basis_of(std::span<const double> energies) {
  const auto [low, high] = std::minmax_element(energies.begin(), energies.end());
  return {(*low + *high) / 2, std::max((*high - *low) / 2, 1e-9)};
}

Eigen::MatrixXd polynomials(std::span<const double> energies, int order) {
  const PolynomialBasis basis = basis_of(energies);
  Eigen::MatrixXd columns(static_cast<Eigen::Index>(energies.size()), order + 1);
  for (Eigen::Index t = 0; t < columns.rows(); ++t)
    columns.row(t) = basis(energies[static_cast<std::size_t>(t)], order).transpose();
  return columns;
}

}  // namespace

std::vector<Eigen::Index> rows_in(const EnergyWindow& window, std::span<const double> energies) {
  std::vector<Eigen::Index> rows;
  for (std::size_t t = 0; t < energies.size(); ++t)
    if (window.contains(energies[t])) rows.push_back(static_cast<Eigen::Index>(t));
  return rows;
}

Eigen::MatrixXd background_shapes(std::span<const double> energies, const BlindConfig& config) {
  const NormalizeConfig& normalize = config.normalize;
  if (normalize.mode == Normalization::none) return Eigen::MatrixXd(energies.size(), 0);
  if (normalize.order > 0 || config.background == Background::flat)
    return polynomials(energies, normalize.order);
  Eigen::MatrixXd shape(static_cast<Eigen::Index>(energies.size()), 1);
  for (Eigen::Index t = 0; t < shape.rows(); ++t)
    shape(t, 0) =
        std::pow(normalize.pre_edge.low_ev / energies[static_cast<std::size_t>(t)], victoreen_power);
  return shape;
}

bool falls(const BlindConfig& config) {
  return config.normalize.mode != Normalization::none && config.normalize.order == 0 &&
         config.background == Background::falling;
}

Eigen::MatrixXd without(const Eigen::MatrixXd& shapes, const std::vector<Eigen::Index>& rows,
                        const Eigen::MatrixXd& spectra) {
  if (shapes.cols() == 0) return spectra;
  const Eigen::MatrixXd window = shapes(rows, Eigen::all);
  return spectra - shapes * least_squares(window, spectra(rows, Eigen::all));
}

std::optional<Error> check_windows(std::span<const double> energies, const NormalizeConfig& config) {
  if (auto error = check_window("pre-edge", config.pre_edge, background_terms(config), energies))
    return error;
  if (config.mode == Normalization::edge_step && !(config.e0_ev > 0))
    return Error{"edge_step", "endmembers", "e0", std::to_string(config.e0_ev), "the edge energy in eV"};
  return check_window("post-edge", config.post_edge, post_edge_terms(config), energies);
}

std::optional<Error> scale_spectra(std::span<const double> energies, const NormalizeConfig& config,
                                   Eigen::MatrixXd& spectra) {
  if (config.mode != Normalization::edge_step) {
    const Eigen::RowVectorXd means = spectra.colwise().mean();
    spectra *= means.cwiseInverse().asDiagonal();
    spectra /= spectra.maxCoeff();
    return std::nullopt;
  }
  const auto rows = rows_in(config.post_edge, energies);
  const Eigen::MatrixXd post = polynomials(energies, config.post_order);
  const Eigen::MatrixXd fit = least_squares(post(rows, Eigen::all), spectra(rows, Eigen::all));
  const Eigen::RowVectorXd steps = basis_of(energies)(config.e0_ev, config.post_order).transpose() * fit;
  if (!(steps.minCoeff() > 0))
    return Error{"edge_step", "endmembers", "edge step", std::to_string(steps.minCoeff()), "more than 0"};
  spectra *= steps.cwiseInverse().asDiagonal();
  return std::nullopt;
}

}  // namespace phasecast
