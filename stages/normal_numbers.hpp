#pragma once

#include <cstdint>
#include <span>

namespace phasecast {

/// Standard normal numbers that follow from the key, in loops that vectorize.
void fill_normal(std::uint64_t key, std::span<float> values);

}  // namespace phasecast
