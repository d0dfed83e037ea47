#pragma once

#include <cstddef>
#include <span>

namespace phasecast {

/// What memory allows: both in equal shares per thread. Spans of the same size.
void copy_memory(std::span<const std::byte> from, std::span<std::byte> to);
/// a = b + 3 c, after McCalpin's STREAM.
void triad(std::span<float> a, std::span<const float> b, std::span<const float> c);

}  // namespace phasecast
