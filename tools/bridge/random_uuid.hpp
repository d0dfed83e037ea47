#pragma once

#include <spdlog/fmt/fmt.h>

#include <cstdint>
#include <random>
#include <string>

namespace phasecast::bridge {

/// A UUID of version 4, from the system's entropy.
inline std::string random_uuid() {
  std::random_device entropy;
  const std::uint32_t a = entropy(), b = entropy(), c = entropy(), d = entropy();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:04x}{:08x}", a, b >> 16, b & 0xfff,
                     0x8000 | ((c >> 16) & 0x3fff), c & 0xffff, d);
}

}  // namespace phasecast::bridge
