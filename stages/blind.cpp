#include "stages/blind.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stages/blind_background.hpp"
#include "stages/dense.hpp"
#include "stages/median.hpp"
#include "stages/trust.hpp"

namespace phasecast {

namespace {

constexpr double thick = 0.5;       // of the typical amount: noise and background matter least there
constexpr double open_beam = 0.01;  // part of the pixels

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
  std::vector<float> values(levels.begin(), levels.end());
  return nth_of(std::span(values), static_cast<std::size_t>(open_beam * static_cast<double>(values.size())));
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
    vectors -= white * least_squares(white, vectors);
  }
  const Eigen::MatrixXd c = coefficients.cast<double>();
  const Eigen::MatrixXd moment = vectors * (c * c.transpose()) * vectors.transpose();
  return {eigenvalues(moment / static_cast<double>(c.cols())).reverse().head(subspace.dimension()),
          largest_of_noise(static_cast<std::size_t>(c.cols()), subspace.noise.size())};
}

/// States in the order of their edges: where each spectrum first reaches half of its maximum.
void sort_by_edge(std::span<const double> energies, const Eigen::MatrixXd& axes, Endmembers& endmembers) {
  const Eigen::MatrixXd spectra = axes * endmembers.points;
  std::vector<std::pair<double, Eigen::Index>> edges;
  for (Eigen::Index l = 0; l < spectra.cols(); ++l) {
    double edge = std::numeric_limits<double>::infinity();
    for (Eigen::Index t = 0; t < spectra.rows(); ++t)
      if (spectra(t, l) >= spectra.col(l).maxCoeff() / 2)
        edge = std::min(edge, energies[static_cast<std::size_t>(t)]);
    edges.emplace_back(edge, l);
  }
  std::sort(edges.begin(), edges.end());
  const Endmembers found = endmembers;
  for (std::size_t l = 0; l < edges.size(); ++l) {
    endmembers.points.col(static_cast<Eigen::Index>(l)) = found.points.col(edges[l].second);
    endmembers.vertices[l] = found.vertices[static_cast<std::size_t>(edges[l].second)];
  }
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
  const Eigen::MatrixXd axes = orthonormal_columns(spectra);
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
  sort_by_edge(energies_ev, axes, found.endmembers);
  found.spectra = axes * found.endmembers.points;
  if (auto error = scale_spectra(energies_ev, config.normalize, found.spectra)) return *error;
  return found;
}

}  // namespace phasecast
