#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "stages/dictionary.hpp"

namespace phasecast {

/// Fractions z and background c of one pixel's y_t = a_t·z + p(E_t)·c: nothing larger is inverted here.
inline constexpr int most_unknowns = most_states + 2;
using SmallMatrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor, most_unknowns, most_unknowns>;
using SmallVector = Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, most_unknowns, 1>;

/// How the background under the edge is fitted.
enum class BackgroundFit {
  before,   ///< alone, in the pre-edge window, and then subtracted: what phasecast does
  together  ///< with the references, on all energies: the least variance that any unbiased fit has
};

/// One energy as a fit sees it.
struct EnergyRow {
  double energy_ev = 0;
  SmallVector unknowns;  ///< (a, p): normalized references, powers of the background polynomial
  bool pre_edge = false, post_edge = false;  ///< whether it is in the window of a polynomial
};

/// Throws std::out_of_range for an energy that a reference does not cover.
std::vector<EnergyRow> energy_rows(const Dictionary& dictionary, std::span<const double> energies_ev);

/// What energies tell of the fractions before any of them is measured: Σ (a, p)(a, p)ᵀ over all of them and
/// over those in the pre-edge window. The small matrices of Moments are their blocks.
class EnergyInformation {
 public:
  explicit EnergyInformation(const Dictionary& dictionary);
  EnergyInformation(int states, int background);

  void add(const EnergyRow& row, double weight = 1);
  /// As if the references had been normalized on these energies, as Dictionary::make would.
  EnergyInformation normalized_here() const;
  /// L×L covariance of the least-squares z, for noise of σ = 1 at each energy, as NormalEquations has it. All
  /// infinite while the energies do not determine z.
  SmallMatrix covariance(BackgroundFit fit) const;
  int states() const { return states_; }

 private:
  int states_, background_;
  SmallMatrix every_, pre_edge_;
};

/// Which compositions a variance is averaged over: mean of x and of x², by state.
struct Compositions {
  SmallVector mean, mean_square;
};

/// Every composition alike: uniform on x >= 0, Σx = 1.
Compositions all_compositions(int states);

/// By state, the variance of x = z / Σz by first-order propagation, averaged over the compositions, in units
/// of (σ / s)².
SmallVector fraction_variances(const SmallMatrix& covariance, const Compositions& compositions);

/// What energies are chosen by: the root of the mean, over states and over all compositions, of a fraction's
/// variance, in units of σ / s. Infinite while the energies do not determine the fractions.
double fraction_deviation(const EnergyInformation& information, BackgroundFit fit);

}  // namespace phasecast
