#pragma once

namespace phasecast {

/// What more energies would bring, from the noise and the references alone (design: "Choosing energies").
/// Uncertainties are standard deviations of a fraction without the prior's help: the median over the valid
/// pixels of the state that is known worst. NaN where not known.
struct Advice {
  double uncertainty = 0;          ///< with the energies in the map
  double uncertainty_planned = 0;  ///< once all planned energies are in
  double next_energy_ev = 0;    ///< planned energy, not yet in, that lowers the uncertainty most; NaN: none
  double uncertainty_next = 0;  ///< with that one as well
  bool enough = false;          ///< the energies still to come would lower it by less than asked for
};

}  // namespace phasecast
