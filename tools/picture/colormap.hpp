#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace phasecast {

struct Rgb {
  std::uint8_t r = 0, g = 0, b = 0;
  bool operator==(const Rgb&) const = default;
};

/// A pixel without a fraction. No map color below and no mixture of state colors comes near it: the
/// sequential maps keep 30 away in at least one channel, and r + g + b of every mixture is above 270.
inline constexpr Rgb masked_color{80, 80, 80};

/// Perceptually uniform and readable with every kind of color vision; value in [0, 1]. What is no number gets
/// the masked color.
Rgb viridis(double value);
Rgb magma(double value);

/// As many states as there are colors that color-blind people can tell apart.
inline constexpr std::size_t max_composite_states = 7;

/// The color of a pure state. Throws std::out_of_range beyond max_composite_states.
Rgb state_color(std::size_t state);

/// All fractions of one pixel in one color. Two states: from one color over near-white to the other, so that
/// a mixture cannot be taken for a third state. More: the states' colors mixed in proportion.
Rgb composite_color(std::span<const float> fractions);

}  // namespace phasecast
