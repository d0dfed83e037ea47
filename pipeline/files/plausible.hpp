#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "messages/image.hpp"

/// What a file claims to hold is checked here before memory is taken for it. All throw a Failure.
namespace phasecast {

/// Refuses `bytes` that a file of its length cannot hold, however well compressed.
void require_plausible(const std::string& path, const std::string& object, std::size_t bytes);

/// An image within the limits that messages have too.
Shape plausible_shape(const std::string& path, const std::string& object, std::uint64_t height,
                      std::uint64_t width);

void require_at_most(const std::string& path, const std::string& object, std::uint64_t count,
                     std::uint64_t most, const std::string& of_what);

}  // namespace phasecast
