#pragma once

#include "messages/wire/codec.hpp"

namespace phasecast::test {

/// Whether a decoded message holds only what messages/README.md allows, written down a second time.
bool within_limits(const Message& message);

}  // namespace phasecast::test
