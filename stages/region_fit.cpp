#include "stages/region_fit.hpp"

#include "stages/dense.hpp"

namespace phasecast {

Eigen::VectorXd background_of(const Dictionary& dictionary, std::span<const double> energies_ev,
                              const Eigen::VectorXd& absorbance) {
  const int terms = background_terms(dictionary.config());
  Eigen::MatrixXd powers(absorbance.size(), terms);
  std::vector<Eigen::Index> inside;
  for (Eigen::Index e = 0; e < absorbance.size(); ++e) {
    const double energy_ev = energies_ev[static_cast<std::size_t>(e)];
    if (terms > 0) powers.row(e) = dictionary.basis()(energy_ev, terms - 1).transpose();
    if (dictionary.config().pre_edge.contains(energy_ev)) inside.push_back(e);
  }
  if (terms == 0 || static_cast<int>(inside.size()) < terms) return Eigen::VectorXd::Zero(absorbance.size());
  const Eigen::VectorXd coefficients = least_squares(powers(inside, Eigen::all), absorbance(inside));
  return powers * coefficients;
}

SpectrumFit fit_spectrum(const Dictionary& dictionary, std::span<const double> energies_ev,
                         std::span<const double> absorbance, const Eigen::VectorXd& fraction) {
  const auto energies = static_cast<Eigen::Index>(energies_ev.size());
  const Eigen::VectorXd y = Eigen::Map<const Eigen::VectorXd>(absorbance.data(), energies);
  const Eigen::VectorXd background = background_of(dictionary, energies_ev, y);
  Eigen::VectorXd model(energies);  // A x
  for (Eigen::Index e = 0; e < energies; ++e)
    model(e) = dictionary.row(energies_ev[static_cast<std::size_t>(e)]).dot(fraction);

  SpectrumFit result;
  const double energy = model.squaredNorm();
  result.scale = energy > 0 ? model.dot(y - background) / energy : 0;
  const Eigen::VectorXd fit = background + result.scale * model;
  result.background.assign(background.begin(), background.end());
  result.fit.assign(fit.begin(), fit.end());
  return result;
}

}  // namespace phasecast
