#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "messages/image.hpp"
#include "pipeline/files/stack_description.hpp"
#include "stages/despike.hpp"
#include "stages/register.hpp"
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

/// Reads any readable scan through the live pipeline's stages: repeats, dark, flat, −ln, despike, and, if
/// asked to, registration: pixels that left the field of view are NaN then. What had to be assumed about the
/// file is logged, and which images could not be aligned. Throws std::runtime_error naming the file:
/// unreadable, an energy without its flat or dark, two frames at one energy, images too small to register.
AbsorbanceStack read_absorbance(const std::filesystem::path& file, const DespikeConfig& despike,
                                const StackDescription& said = {}, const RegisterConfig& registration = {});

}  // namespace phasecast
