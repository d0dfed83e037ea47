#include "stages/blind.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "stages/trust.hpp"

namespace phasecast {

namespace {

constexpr double thick = 0.5;          // of the typical amount: noise and background matter least there
constexpr double open_beam = 0.01;     // part of the pixels
constexpr double victoreen_power = 3;  // of 1/E

/// Energies in a window, as rows of a matrix of spectra.
std::vector<Eigen::Index> rows_in(const EnergyWindow& window, std::span<const double> energies) {
  std::vector<Eigen::Index> rows;
  for (std::size_t t = 0; t < energies.size(); ++t)
    if (window.contains(energies[t])) rows.push_back(static_cast<Eigen::Index>(t));
  return rows;
}

std::optional<Error> check_window(const std::string& field, const EnergyWindow& window, int terms,
                                  std::span<const double> energies) {
  const auto inside = rows_in(window, energies).size();
  if (inside >= static_cast<std::size_t>(terms)) return std::nullopt;
  return Error{"window", "endmembers", field,
               std::to_string(window.low_ev) + ":" + std::to_string(window.high_ev) + " with " +
                   std::to_string(inside) + " energies",
               "a window with at least " + std::to_string(terms) + " of the energies measured"};
}

Eigen::MatrixXd polynomials(std::span<const double> energies, int order) {
  const auto [low, high] = std::minmax_element(energies.begin(), energies.end());
  const PolynomialBasis basis{(*low + *high) / 2, std::max((*high - *low) / 2, 1e-9)};
  Eigen::MatrixXd columns(static_cast<Eigen::Index>(energies.size()), order + 1);
  for (Eigen::Index t = 0; t < columns.rows(); ++t)
    columns.row(t) = basis(energies[static_cast<std::size_t>(t)], order).transpose();
  return columns;
}

/// What is fitted in the pre-edge window and subtracted everywhere.
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

/// Spectra without the shapes, whose amounts are fitted to these rows.
Eigen::MatrixXd without(const Eigen::MatrixXd& shapes, const std::vector<Eigen::Index>& rows,
                        const Eigen::MatrixXd& spectra) {
  if (shapes.cols() == 0) return spectra;
  const Eigen::MatrixXd window = shapes(rows, Eigen::all);
  return spectra - shapes * window.colPivHouseholderQr().solve(spectra(rows, Eigen::all));
}

/// The pixels without NaN and their coefficients [k][M].
struct Pixels {
  Eigen::MatrixXf coefficients;

  explicit Pixels(const Subspace& subspace)
      : coefficients(subspace.dimension(),
                     static_cast<Eigen::Index>(subspace.shape.pixels() - subspace.excluded)) {
    Eigen::Index column = 0;
    for (std::size_t k = 0; k < subspace.shape.pixels(); ++k) {
      if (std::isnan(subspace.coefficients[k])) continue;
      for (Eigen::Index i = 0; i < subspace.dimension(); ++i) coefficients(i, column) = subspace.plane(i)[k];
      ++column;
    }
  }
};

/// Absorbance before the edge where there is nothing but the beam.
double open_beam_level(const Eigen::VectorXd& pre_edge_mean, const Pixels& pixels) {
  const Eigen::VectorXf levels = pixels.coefficients.transpose() * pre_edge_mean.cast<float>();
  std::vector<float> sorted(levels.begin(), levels.end());
  const auto rank =
      sorted.begin() + static_cast<std::ptrdiff_t>(open_beam * static_cast<double>(sorted.size()));
  std::nth_element(sorted.begin(), rank, sorted.end());
  return *rank;
}

/// Columns with at least half of the typical amount; none if nothing stands out of the noise.
std::vector<Eigen::Index> thick_columns(const Eigen::RowVectorXf& amount, double noise) {
  NormalEquations equations;
  equations.shape = {1, static_cast<int>(amount.size())};
  equations.covariance = Eigen::MatrixXd::Ones(1, 1);
  equations.noise_gain.assign(static_cast<std::size_t>(amount.size()), 1);
  equations.unusable.assign(static_cast<std::size_t>(amount.size()), 0);
  const std::vector<double> scale(amount.begin(), amount.end());
  const ScaleStatistics statistics = scale_statistics(equations, scale, noise);
  std::vector<Eigen::Index> columns;
  for (Eigen::Index k = 0; k < amount.size(); ++k)
    if (amount(k) >= thick * statistics.typical && amount(k) >= statistics.mask_below) columns.push_back(k);
  return columns;
}

/// V of the basis σ ∘ V, without what lies along these spectra.
StateEvidence evidence_of(const Subspace& subspace, const Eigen::MatrixXf& coefficients,
                          const Eigen::MatrixXd& background) {
  const Eigen::MatrixXd whiten = subspace.noise.cwiseInverse().asDiagonal();
  Eigen::MatrixXd vectors = whiten * subspace.basis;
  if (background.cols() > 0) {
    const Eigen::MatrixXd white = whiten * background;
    vectors -= white * white.colPivHouseholderQr().solve(vectors);
  }
  const Eigen::MatrixXd c = coefficients.cast<double>();
  const Eigen::MatrixXd moment = vectors * (c * c.transpose()) * vectors.transpose();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(moment / static_cast<double>(c.cols()),
                                                             Eigen::EigenvaluesOnly);
  return {eigen.eigenvalues().reverse().head(subspace.dimension()),
          largest_of_noise(static_cast<std::size_t>(c.cols()), subspace.noise.size())};
}

std::optional<Error> scale_spectra(std::span<const double> energies, const NormalizeConfig& config,
                                   Eigen::MatrixXd& spectra) {
  if (config.mode != Normalization::edge_step) {
    const Eigen::RowVectorXd means = spectra.colwise().mean();
    spectra *= (means.mean() * means.cwiseInverse()).asDiagonal();
    return std::nullopt;
  }
  const auto rows = rows_in(config.post_edge, energies);
  const Eigen::MatrixXd post = polynomials(energies, config.post_order);
  const Eigen::MatrixXd fit =
      Eigen::MatrixXd(post(rows, Eigen::all)).colPivHouseholderQr().solve(spectra(rows, Eigen::all));
  const auto [low, high] = std::minmax_element(energies.begin(), energies.end());
  const PolynomialBasis basis{(*low + *high) / 2, std::max((*high - *low) / 2, 1e-9)};
  const Eigen::RowVectorXd steps = basis(config.e0_ev, config.post_order).transpose() * fit;
  if (!(steps.minCoeff() > 0))
    return Error{"edge_step", "endmembers", "edge step", std::to_string(steps.minCoeff()), "more than 0"};
  spectra *= steps.cwiseInverse().asDiagonal();
  return std::nullopt;
}

std::optional<Error> check_windows(std::span<const double> energies, const NormalizeConfig& config) {
  if (auto error = check_window("pre-edge", config.pre_edge, background_terms(config), energies))
    return error;
  return check_window("post-edge", config.post_edge, post_edge_terms(config), energies);
}

}  // namespace

Result<BlindSpectra> blind_spectra(std::span<const double> energies_ev, const Subspace& subspace,
                                   const BlindConfig& config) {
  if (auto error = check_windows(energies_ev, config.normalize)) return *error;
  const Pixels pixels(subspace);
  const auto pre_edge = rows_in(config.normalize.pre_edge, energies_ev);
  const Eigen::MatrixXd shapes = background_shapes(energies_ev, config);
  Eigen::MatrixXd background = shapes, spectra = without(shapes, pre_edge, subspace.basis);
  Eigen::MatrixXf coordinates = pixels.coefficients;
  if (falls(config)) {  // y − y_open is what falls: one more spectrum, of the same amount in every pixel
    const Eigen::VectorXd mean = subspace.basis(pre_edge, Eigen::all).colwise().mean().transpose();
    const Eigen::MatrixXd constant = Eigen::VectorXd::Ones(shapes.rows());
    spectra.conservativeResize(Eigen::NoChange, spectra.cols() + 1);
    spectra.rightCols(1) = -open_beam_level(mean, pixels) * without(shapes, pre_edge, constant);
    coordinates.conservativeResize(coordinates.rows() + 1, Eigen::NoChange);
    coordinates.bottomRows(1).setOnes();
    background.conservativeResize(Eigen::NoChange, 2);
    background.col(1).setOnes();
  }

  // Orthonormal coordinates: distances between pixels are those between their spectra.
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(spectra);
  const Eigen::Index dimension = std::min(spectra.rows(), spectra.cols());
  const Eigen::MatrixXd axes = qr.householderQ() * Eigen::MatrixXd::Identity(spectra.rows(), dimension);
  const Eigen::MatrixXf to_axes = (axes.transpose() * spectra).cast<float>();
  const Eigen::MatrixXf cloud = to_axes * coordinates;
  const Eigen::VectorXf mean = mean_direction(cloud);
  const double noise = (mean.transpose() * to_axes.leftCols(subspace.dimension())).norm();
  const auto columns = thick_columns(mean.transpose() * cloud, noise);
  if (columns.empty())
    return Error{"element", "endmembers", "pixels with the element", "0",
                 "an edge that stands out of the noise"};

  BlindSpectra found;
  found.pixels = columns.size();
  found.evidence = evidence_of(subspace, pixels.coefficients(Eigen::all, columns), background);
  VcaConfig vca = config.vca;
  if (vca.states == 0) vca.states = std::clamp(found.evidence.states(), 1, most_states);
  auto endmembers = find_endmembers(cloud(Eigen::all, columns), vca);
  if (!endmembers) return endmembers.error();
  found.endmembers = std::move(*endmembers);
  found.spectra = axes * found.endmembers.points;
  if (auto error = scale_spectra(energies_ev, config.normalize, found.spectra)) return *error;
  return found;
}

}  // namespace phasecast
