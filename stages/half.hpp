#pragma once

#include <cstdint>
#include <span>

namespace phasecast {

/// A number in half precision (IEEE binary16) as it is stored: 11 significant bits, so within 2⁻¹¹ of the
/// value between 6·10⁻⁵ and 65504, infinite beyond.
using Half = std::uint16_t;

void to_half(std::span<const float> values, std::span<Half> halves);
void to_float(std::span<const Half> halves, std::span<float> values);

}  // namespace phasecast
