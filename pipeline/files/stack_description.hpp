#pragma once

#include <optional>
#include <string>
#include <vector>

#include "messages/scan.hpp"

namespace phasecast {

/// What a person says about a stack of images that cannot say it itself.
struct StackDescription {
  std::vector<double> energies_ev;  ///< one for each image
  std::optional<Signal> signal;     ///< told from the images if not given
};

/// Throws a Failure if something is said that the file says itself.
void require_energies_unsaid(const StackDescription& said, const std::string& path);
void require_signal_unsaid(const StackDescription& said, const std::string& path, const std::string& why);

}  // namespace phasecast
