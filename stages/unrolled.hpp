#pragma once

#include <cstddef>

namespace phasecast {

/// body<n>() for n of 1 to Most: loops over n things are unrolled, and their values stay in registers.
template <std::size_t Most, class Body>
void unrolled(std::size_t n, const Body& body) {
  if constexpr (Most > 1)
    if (n < Most) return unrolled<Most - 1>(n, body);
  body.template operator()<Most>();
}

}  // namespace phasecast
