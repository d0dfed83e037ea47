#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "messages/spectrum.hpp"
#include "stages/spectrum_sample.hpp"

namespace phasecast {

/// What the misfit is, and how it changes with the shifts.
struct ShiftSlope {
  double misfit = 0;          ///< Σ_k ‖r_k‖²
  Eigen::MatrixXd downhill;   ///< [E][L], −½ d misfit / d shift, as the sum over energies that it is
  Eigen::MatrixXd curvature;  ///< [L][L], ½ of the misfit's second derivative, after Gauss and Newton
  Eigen::MatrixXd of_noise;   ///< [L][L], what noise of σ 1 in the amounts adds to it
};

/// Spectra that references explain once each is moved by its shift δ (eV, added to its energies):
///   misfit(δ) = Σ_k min ‖y_k − A(δ) z_k − P c_k‖²  over  z_k >= 0 and c_k,
/// with A(δ)_tl = a_l(E_t − δ_l) by linear interpolation and the background polynomial P of the
/// normalization, fitted over all energies: so the misfit of noise is white, and the windows do not matter.
class ShiftProblem {
 public:
  /// A slope is that of the interpolated reference over this much on both sides: references often have their
  /// points at the scan's own energies, where the slope jumps.
  static constexpr double half_difference_ev = 0.05;

  /// Of the sample's energies, takes those that every reference covers wherever its shift lies within
  /// `reach_ev` of `center`.
  ShiftProblem(const SpectrumSample& sample, std::span<const Spectrum> references, int background_terms,
               Eigen::VectorXd center, double reach_ev);

  Eigen::Index states() const { return center_.size(); }
  Eigen::Index energies() const { return spectra_.rows(); }
  Eigen::Index pixels() const { return spectra_.cols(); }
  const std::vector<double>& energies_ev() const { return energies_ev_; }
  /// Their rows in the sample.
  const std::vector<Eigen::Index>& rows() const { return rows_; }
  /// Energies left over for the residual.
  Eigen::Index degrees_of_freedom() const { return energies() - states() - background_.cols(); }

  const Eigen::VectorXd& center() const { return center_; }
  double reach_ev() const { return reach_ev_; }

  /// Throws std::out_of_range for a shift that is not within reach.
  double misfit(const Eigen::VectorXd& shift) const;
  /// The shift at least half_difference_ev from what is out of reach.
  ShiftSlope slope(const Eigen::VectorXd& shift) const;
  /// [E][P], what references and background leave when z may be negative: without noise, what no mixture of
  /// them explains.
  Eigen::MatrixXd unexplained(const Eigen::VectorXd& shift) const;
  /// [E][P], without the background.
  const Eigen::MatrixXd& spectra() const { return spectra_; }
  /// Σ‖y‖² of them.
  double squares() const { return squares_; }
  /// A(δ) [E][L], without the background.
  Eigen::MatrixXd references_at(const Eigen::VectorXd& shift) const;

 private:
  struct Fit;
  Fit fit(const Eigen::MatrixXd& a) const;
  Eigen::MatrixXd without_background(Eigen::MatrixXd columns) const;

  std::vector<Spectrum> references_;
  Eigen::VectorXd center_;
  double reach_ev_;
  std::vector<Eigen::Index> rows_;
  std::vector<double> energies_ev_;
  Eigen::MatrixXd background_;  // [E][terms], orthonormal
  Eigen::MatrixXd spectra_;     // [E][P]
  double squares_ = 0;          // Σ‖y‖²
};

}  // namespace phasecast
