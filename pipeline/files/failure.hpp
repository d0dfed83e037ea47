#pragma once

#include <stdexcept>
#include <utility>

#include "messages/result.hpp"

namespace phasecast {

/// An Error on its way up through the file code; whoever returns a Result catches it and returns `error`.
struct Failure : std::runtime_error {
  explicit Failure(Error why) : std::runtime_error(why.text()), error(std::move(why)) {}
  Error error;
};

}  // namespace phasecast
