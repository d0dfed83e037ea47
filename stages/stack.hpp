#pragma once

#include <span>

#include "messages/image.hpp"

namespace phasecast {

/// The frames of a scan in memory, one per energy and each [N], wherever they lie.
struct StackView {
  Shape shape;
  std::span<const float* const> frames;  ///< [E]

  int energies() const { return static_cast<int>(frames.size()); }
};

}  // namespace phasecast
