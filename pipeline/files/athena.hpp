#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace phasecast {

/// A spectrum in a project of Athena: what its list shows as one line.
struct AthenaGroup {
  std::string id;     ///< Athena's own name, unlike all others
  std::string label;  ///< what a person called it
  double shift_ev = 0;
  bool is_mu = true;  ///< or else chi(k), or an array that stands for something else
  std::vector<double> energy_ev;
  std::vector<double> mu;
};

/// True if the text begins as a project does: perl (Athena 0.8, Demeter) or JSON (Demeter 0.9.26, Larch).
bool is_athena(std::string_view text);

/// All groups of a project; throws a Failure that names the file and what is wrong.
std::vector<AthenaGroup> read_athena(const std::string& text, const std::string& path);

}  // namespace phasecast
