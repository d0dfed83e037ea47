#include "tools/normalized_references.hpp"

namespace phasecast {

std::vector<Spectrum> normalized_references(const Dictionary& dictionary,
                                            std::span<const double> energies_ev) {
  std::vector<Spectrum> spectra;
  for (const std::string& name : dictionary.names())
    spectra.push_back({name, {energies_ev.begin(), energies_ev.end()}, {}});
  for (const double energy_ev : energies_ev) {
    const Eigen::VectorXd row = dictionary.row(energy_ev);
    for (std::size_t l = 0; l < spectra.size(); ++l)
      spectra[l].mu.push_back(row(static_cast<Eigen::Index>(l)));
  }
  return spectra;
}

}  // namespace phasecast
