#pragma once

#include <string>
#include <string_view>

namespace phasecast {

/// toml++ 3.3's behavior is undefined for some letters beyond ASCII in some places (its
/// is_non_ascii_horizontal_whitespace ends in what it holds for unreachable). So it gets to see ASCII alone:
/// every other byte as `C3, and ` itself as `60. Of what it gives back, the bytes are restored.
std::string as_ascii(std::string_view text);
std::string from_ascii(std::string_view text);

}  // namespace phasecast
