#pragma once

#include "messages/wire/codec.hpp"
#include "tests/torture/random_scan.hpp"

namespace phasecast::torture {

/// A frame's message with one thing wrong: bits, parts, lengths, or a field. Where only one cause of
/// rejection would be right, throws std::logic_error if the codec finds another.
Parts corrupted_frame(Random& random, const Frame& frame);

/// With changed bits in the header; such that, if it is still a message, it announces nothing large.
Parts corrupted_start(Random& random, const ScanStart& start);
Parts corrupted_end(Random& random, const ScanEnd& end);

/// Noise, other sockets' messages, too many parts, a header beyond the limit.
Parts stray_message(Random& random);

}  // namespace phasecast::torture
