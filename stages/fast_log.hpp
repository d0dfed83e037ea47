#pragma once

#include <bit>
#include <cstdint>

namespace phasecast {

/// Natural logarithm of a positive, finite, normal float: within 1 ulp of the true value. Without branches or
/// calls, so that a loop over it vectorizes (std::log does not, unless all of IEEE is given up).
///
/// x = 2^n m with √½ <= m < √2; with f = m − 1 and s = f / (2 + f),
/// ln m = 2 artanh(s) = f − s (f − 2 s²/3 − 2 s⁴/5 − ...), |s| < 0.172.
inline float fast_log(float x) {
  constexpr std::int32_t sqrt_half_bits = 0x3f3504f3;
  constexpr float ln2_high = 0.693359375f;  // 11 bits: n · ln2_high is exact
  constexpr float ln2_low = -2.12194440e-4f;
  const auto bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t n = (bits - sqrt_half_bits) >> 23;
  const float f = std::bit_cast<float>(bits - n * (1 << 23)) - 1;
  const float exponent = static_cast<float>(n);
  const float s = f / (2 + f);
  const float z = s * s;
  const float tail = z * (2.0f / 3 + z * (2.0f / 5 + z * (2.0f / 7 + z * (2.0f / 9))));
  return exponent * ln2_high + (f - (s * (f - tail) - exponent * ln2_low));
}

}  // namespace phasecast
