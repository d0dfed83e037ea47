#include "stages/energy_information.hpp"

#include <Eigen/Cholesky>
#include <cmath>
#include <limits>

namespace phasecast {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Inverse of a symmetric positive matrix; empty if it is (nearly) singular. Scaled to a unit diagonal, what
/// counts as singular does not depend on the units of its rows.
SmallMatrix inverse(const SmallMatrix& symmetric) {
  constexpr double negligible = 1e-12;
  SmallVector unit(symmetric.rows());
  for (Eigen::Index i = 0; i < symmetric.rows(); ++i) {
    if (!(symmetric(i, i) > 0)) return {};
    unit(i) = 1 / std::sqrt(symmetric(i, i));
  }
  const SmallMatrix scaled = unit.asDiagonal() * symmetric * unit.asDiagonal();
  const Eigen::LLT<SmallMatrix> factors(scaled);
  if (factors.info() != Eigen::Success) return {};
  if (!(SmallMatrix(factors.matrixLLT()).diagonal().minCoeff() > std::sqrt(negligible))) return {};
  const SmallMatrix inverted = factors.solve(SmallMatrix::Identity(symmetric.rows(), symmetric.rows()));
  return unit.asDiagonal() * inverted * unit.asDiagonal();
}

}  // namespace

std::vector<EnergyRow> energy_rows(const Dictionary& dictionary, std::span<const double> energies_ev) {
  const NormalizeConfig& config = dictionary.config();
  const int states = dictionary.states(), background = background_terms(config);
  std::vector<EnergyRow> rows;
  for (const double energy_ev : energies_ev) {
    EnergyRow row{energy_ev, SmallVector(states + background), false, false};
    row.unknowns.head(states) = dictionary.row(energy_ev);
    if (background > 0) row.unknowns.tail(background) = dictionary.basis()(energy_ev, config.order);
    row.pre_edge = background > 0 && config.pre_edge.contains(energy_ev);
    row.post_edge = post_edge_terms(config) > 0 && config.post_edge.contains(energy_ev);
    rows.push_back(std::move(row));
  }
  return rows;
}

EnergyInformation::EnergyInformation(const Dictionary& dictionary)
    : EnergyInformation(dictionary.states(), background_terms(dictionary.config())) {}

EnergyInformation::EnergyInformation(int states, int background)
    : states_(states),
      background_(background),
      every_(SmallMatrix::Zero(states + background, states + background)),
      pre_edge_(every_) {}

void EnergyInformation::add(const EnergyRow& row, double weight) {
  const SmallMatrix square = weight * row.unknowns * row.unknowns.transpose();
  every_ += square;
  if (row.pre_edge) pre_edge_ += square;
}

// a' = a − Rᵀ H⁻¹ p, with R = Σ_pre p aᵀ and H = Σ_pre p pᵀ: a change of unknowns, the same for all energies.
EnergyInformation EnergyInformation::normalized_here() const {
  if (background_ == 0) return *this;
  const SmallMatrix fit = inverse(pre_edge_.bottomRightCorner(background_, background_));
  EnergyInformation result(states_, background_);
  if (fit.size() == 0) return result;
  SmallMatrix change = SmallMatrix::Identity(every_.rows(), every_.cols());
  change.topRightCorner(states_, background_) = -pre_edge_.topRightCorner(states_, background_) * fit;
  result.every_ = change * every_ * change.transpose();
  result.pre_edge_ = change * pre_edge_ * change.transpose();
  return result;
}

SmallMatrix EnergyInformation::covariance(BackgroundFit fit) const {
  const SmallMatrix unknown = SmallMatrix::Constant(states_, states_, infinity);
  if (fit == BackgroundFit::together) {
    const SmallMatrix all = inverse(every_);
    return all.size() == 0 ? unknown : SmallMatrix(all.topLeftCorner(states_, states_));
  }
  const SmallMatrix gram = every_.topLeftCorner(states_, states_), gram_inverse = inverse(gram);
  if (gram_inverse.size() == 0) return unknown;
  if (background_ == 0) return gram_inverse;
  const SmallMatrix pre_inverse = inverse(pre_edge_.bottomRightCorner(background_, background_));
  if (pre_inverse.size() == 0) return unknown;
  // Least squares weighs y_t with G⁻¹ (a_t − K p_t), where the second term is of the pre-edge alone.
  const SmallMatrix k = every_.topRightCorner(states_, background_) * pre_inverse;
  const SmallMatrix k_r = k * pre_edge_.topRightCorner(states_, background_).transpose();
  const SmallMatrix weights = gram - k_r - k_r.transpose() +
                              k * pre_edge_.bottomRightCorner(background_, background_) * k.transpose();
  return gram_inverse * weights * gram_inverse;
}

Compositions all_compositions(int states) {
  // Moments of the flat Dirichlet distribution.
  return {SmallVector::Constant(states, 1.0 / states),
          SmallVector::Constant(states, 2.0 / (states * (states + 1)))};
}

// As in trust.cpp: C_ll − 2 x_l (C1)_l + x_l² 1ᵀC1.
SmallVector fraction_variances(const SmallMatrix& covariance, const Compositions& compositions) {
  const SmallVector with_sum = covariance.rowwise().sum();
  return covariance.diagonal() - 2 * compositions.mean.cwiseProduct(with_sum) +
         compositions.mean_square * with_sum.sum();
}

double fraction_deviation(const EnergyInformation& information, BackgroundFit fit) {
  const SmallMatrix covariance = information.covariance(fit);
  const double variance = fraction_variances(covariance, all_compositions(information.states())).mean();
  return variance > 0 ? std::sqrt(variance) : infinity;  // infinite − infinite is no number
}

}  // namespace phasecast
