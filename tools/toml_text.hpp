#pragma once

#include <string>

namespace phasecast {

/// Refuses letters beyond ASCII outside of quotes and comments or behind a backslash, and quotes within
/// words: toml++ 3.3's behavior is undefined for some of the former (is_non_ascii_horizontal_whitespace ends
/// in what it holds for unreachable). Throws std::runtime_error naming file and line.
void require_sound_toml(const std::string& content, const std::string& path);

}  // namespace phasecast
