#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "stages/dictionary.hpp"

namespace phasecast {

/// How well a composition explains one measured spectrum, eq. (4): y = background + scale · A x + r.
struct SpectrumFit {
  double scale = 0;                ///< s of least ‖r‖, with the background held
  std::vector<double> background;  ///< [E], absorbance: polynomial through the measured pre-edge; 0 in mode
                                   ///< none, and while the energies do not determine it
  std::vector<double> fit;         ///< [E], absorbance: background + scale · A x
};

/// [E], values at all energies of the background polynomial that fits a spectrum best inside the pre-edge
/// window.
Eigen::VectorXd background_of(const Dictionary& dictionary, std::span<const double> energies_ev,
                              const Eigen::VectorXd& absorbance);

/// `fraction` [L] is x. The energies must be covered by the dictionary.
SpectrumFit fit_spectrum(const Dictionary& dictionary, std::span<const double> energies_ev,
                         std::span<const double> absorbance, const Eigen::VectorXd& fraction);

}  // namespace phasecast
