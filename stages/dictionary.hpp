#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "messages/spectrum.hpp"

namespace phasecast {

enum class Normalization { none, pre_edge, edge_step };

/// Closed interval of energies in eV.
struct EnergyWindow {
  double low_ev = 0;
  double high_ev = 0;
  bool contains(double energy_ev) const { return energy_ev >= low_ev && energy_ev <= high_ev; }
};

/// How spectra are normalized, with Larch's names in brackets. Data and references go through the same mode.
struct NormalizeConfig {
  Normalization mode = Normalization::pre_edge;
  EnergyWindow pre_edge;   ///< [pre1, pre2], absolute
  EnergyWindow post_edge;  ///< [norm1, norm2], absolute; edge_step only
  int order = 0;           ///< of the pre-edge polynomial: 0 or 1 (nnorm of the pre-edge)
  int post_order = 1;      ///< of the post-edge polynomial: 0, 1 or 2 (nnorm)
  double e0_ev = 0;        ///< where the edge step is taken; edge_step only
};

/// Linear combination fitting tries every subset of the states: up to this many it is exact and fast.
inline constexpr int most_states = 8;

/// Coefficients of the background polynomial (0 in mode none) and of the post-edge polynomial (edge_step
/// only).
int background_terms(const NormalizeConfig& config);
int post_edge_terms(const NormalizeConfig& config);

/// Scaled powers p(E) = (1, u, u², ...) with u = (E - center) / half_range, so that fits are well
/// conditioned.
struct PolynomialBasis {
  double center_ev = 0;
  double half_range_ev = 1;
  Eigen::VectorXd operator()(double energy_ev, int order) const;
};

/// The reference spectra A of eq. (1), normalized on the planned energies, defined at any energy between.
class Dictionary {
 public:
  /// Errors: "references" (fewer than two, more than 8, or empty), "energy" (a planned energy outside a
  /// reference's range), "window" (too few planned energies in a window for its polynomial), "edge_step" (a
  /// reference without an edge), "rank" (references that these energies cannot tell apart, or too few
  /// energies).
  static Result<Dictionary> make(std::span<const Spectrum> references, std::span<const double> planned_ev,
                                 const NormalizeConfig& config);

  int states() const { return static_cast<int>(references_.size()); }
  const std::vector<std::string>& names() const { return names_; }
  const NormalizeConfig& config() const { return config_; }
  const PolynomialBasis& basis() const { return basis_; }

  /// True if every reference has points on both sides of the energy. A readback can leave the planned range.
  bool covers(double energy_ev) const;

  /// Row of A at an energy that is covered: normalized reference absorbance, length L. Linear interpolation
  /// of the file's points. Throws std::out_of_range for any other energy.
  Eigen::VectorXd row(double energy_ev) const;

 private:
  std::optional<Error> normalize(Eigen::Index state, std::span<const double> planned_ev);

  std::vector<Spectrum> references_;
  std::vector<std::string> names_;
  NormalizeConfig config_;
  PolynomialBasis basis_;
  Eigen::MatrixXd pre_edge_;   // (order+1) × L: coefficients of each reference's pre-edge polynomial
  Eigen::VectorXd edge_step_;  // L; ones unless mode is edge_step
};

/// Linear interpolation of a spectrum at an energy inside its range; throws std::out_of_range outside.
double interpolate(const Spectrum& spectrum, double energy_ev);

}  // namespace phasecast
