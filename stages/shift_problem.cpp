#include "stages/shift_problem.hpp"

#include <algorithm>
#include <map>

#include "stages/dense.hpp"
#include "stages/lcf.hpp"
#include "stages/symmetric.hpp"

namespace phasecast {

namespace {

Eigen::MatrixXd orthonormal_powers(std::span<const double> energies_ev, int terms) {
  const auto count = static_cast<Eigen::Index>(energies_ev.size());
  if (terms == 0 || count == 0) return Eigen::MatrixXd(count, 0);
  const double middle = (energies_ev.front() + energies_ev.back()) / 2,
               half = std::max((energies_ev.back() - energies_ev.front()) / 2, 1.0);
  Eigen::MatrixXd powers(count, terms);
  for (Eigen::Index t = 0; t < count; ++t)
    powers.row(t) = PolynomialBasis{middle, half}(energies_ev[static_cast<std::size_t>(t)], terms - 1);
  return orthonormal_columns(powers);
}

bool covered(const Spectrum& reference, double energy_ev, double center_ev, double reach_ev) {
  return energy_ev - (center_ev + reach_ev) >= reference.energy_ev.front() &&
         energy_ev - (center_ev - reach_ev) <= reference.energy_ev.back();
}

using Support = std::vector<Eigen::Index>;

}  // namespace

struct ShiftProblem::Fit {
  double misfit = 0;
  Eigen::MatrixXd z;  // [P][L]
};

ShiftProblem::ShiftProblem(const SpectrumSample& sample, std::span<const Spectrum> references,
                           int background_terms, Eigen::VectorXd center, double reach_ev)
    : references_(references.begin(), references.end()), center_(std::move(center)), reach_ev_(reach_ev) {
  for (std::size_t e = 0; e < sample.energies_ev.size(); ++e) {
    bool everywhere = true;
    for (std::size_t l = 0; l < references_.size(); ++l)
      everywhere = everywhere && covered(references_[l], sample.energies_ev[e],
                                         center_(static_cast<Eigen::Index>(l)), reach_ev_);
    if (!everywhere) continue;
    rows_.push_back(static_cast<Eigen::Index>(e));
    energies_ev_.push_back(sample.energies_ev[e]);
  }
  background_ = orthonormal_powers(energies_ev_, background_terms);
  spectra_ = without_background(sample.absorbance(rows_, Eigen::all).cast<double>());
  squares_ = spectra_.squaredNorm();
}

Eigen::MatrixXd ShiftProblem::without_background(Eigen::MatrixXd columns) const {
  columns.noalias() -= background_ * (background_.transpose() * columns).eval();
  return columns;
}

Eigen::MatrixXd ShiftProblem::references_at(const Eigen::VectorXd& shift) const {
  Eigen::MatrixXd a(energies(), states());
  for (Eigen::Index l = 0; l < states(); ++l)
    for (Eigen::Index t = 0; t < a.rows(); ++t)
      a(t, l) = interpolate(references_[static_cast<std::size_t>(l)],
                            energies_ev_[static_cast<std::size_t>(t)] - shift(l));
  return without_background(a);
}

ShiftProblem::Fit ShiftProblem::fit(const Eigen::MatrixXd& a) const {
  const Eigen::MatrixXd b = spectra_.transpose() * a;  // [P][L]
  Fit result{0, non_negative_amounts(a.transpose() * a, b)};
  result.misfit = squares_ - b.cwiseProduct(result.z).sum();  // at the minimum zᵀGz = bᵀz
  return result;
}

double ShiftProblem::misfit(const Eigen::VectorXd& shift) const {
  return fit(references_at(shift)).misfit;
}

// Variable projection (Golub and Pereyra 1973) with Kaufman's derivative: where the states S of a pixel are
// positive, r = (1 − A_S A_S⁺) y and dr/dδ_l = −(1 − A_S A_S⁺) (dA/dδ_l) z_l. Pixels of the same S go
// together.
ShiftSlope ShiftProblem::slope(const Eigen::VectorXd& shift) const {
  const Eigen::MatrixXd a = references_at(shift);
  const Eigen::VectorXd half = Eigen::VectorXd::Constant(states(), half_difference_ev);
  const Eigen::MatrixXd change =
      (references_at(shift + half) - references_at(shift - half)) / (2 * half_difference_ev);
  const Fit found = fit(a);

  std::map<Support, std::vector<Eigen::Index>> pixels_of;
  for (Eigen::Index k = 0; k < pixels(); ++k) {
    Support support;
    for (Eigen::Index l = 0; l < states(); ++l)
      if (found.z(k, l) > 0) support.push_back(l);
    if (!support.empty()) pixels_of[support].push_back(k);
  }

  ShiftSlope result{found.misfit, Eigen::MatrixXd::Zero(energies(), states()),
                    Eigen::MatrixXd::Zero(states(), states()), Eigen::MatrixXd::Zero(states(), states())};
  for (const auto& [support, members] : pixels_of) {
    const Eigen::MatrixXd as = a(Eigen::all, support), z = found.z(members, support);
    const Eigen::MatrixXd zz = z.transpose() * z;
    const Eigen::MatrixXd residual = spectra_(Eigen::all, members) * z - as * zz;  // Σ_k r_k z_k
    Eigen::MatrixXd effect = change(Eigen::all, support);
    const Eigen::MatrixXd covariance = invert(as.transpose() * as).matrix;  // of the amounts
    effect -= as * (covariance * (as.transpose() * effect));
    const Eigen::MatrixXd products = effect.transpose() * effect;
    result.downhill(Eigen::all, support) += effect.cwiseProduct(residual);
    result.curvature(support, support) += zz.cwiseProduct(products);
    result.of_noise(support, support) +=
        static_cast<double>(members.size()) * covariance.cwiseProduct(products);
  }
  return result;
}

Eigen::MatrixXd ShiftProblem::unexplained(const Eigen::VectorXd& shift) const {
  const Eigen::MatrixXd a = references_at(shift);
  Eigen::MatrixXd rest = spectra_;
  rest.noalias() -= a * (invert(a.transpose() * a).matrix * (a.transpose() * spectra_)).eval();
  return rest;
}

}  // namespace phasecast
