#pragma once

#include <string>
#include <vector>

namespace phasecast {

/// A reference spectrum as read from its file: absorption μ of one chemical state, arbitrary scale.
struct Spectrum {
  std::string name;
  std::vector<double> energy_ev;  ///< strictly increasing, eV
  std::vector<double> mu;         ///< same length
};

}  // namespace phasecast
