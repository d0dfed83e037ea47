#pragma once

#include "messages/image.hpp"

namespace phasecast {

/// One iteration of RUM-TV for two states, from its moments.
double seconds_of_iteration(Shape shape, int threads);

}  // namespace phasecast
