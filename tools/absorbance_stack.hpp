#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "messages/image.hpp"
#include "pipeline/files/stack_description.hpp"
#include "stages/despike.hpp"
#include "stages/stack.hpp"

namespace phasecast {

/// A whole scan as absorbance, in memory: for methods that need the spectra themselves.
struct AbsorbanceStack {
  Shape shape;
  std::vector<double> energies_ev;  ///< increasing, as read back
  std::vector<std::shared_ptr<const std::vector<float>>> frames;
  std::vector<const float*> pointers;

  StackView view() const { return {shape, pointers}; }
};

/// Reads any readable scan through the live pipeline's stages: repeats, dark, flat, −ln, despike. What had to
/// be assumed about the file is logged. Throws std::runtime_error naming the file: unreadable, an energy
/// without its flat or dark, two frames at one energy.
AbsorbanceStack read_absorbance(const std::filesystem::path& file, const DespikeConfig& despike,
                                const StackDescription& said = {});

}  // namespace phasecast
