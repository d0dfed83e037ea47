#pragma once

#include <algorithm>
#include <string_view>

#include "messages/wire/limits.hpp"

namespace phasecast {

/// Whether `text` may name a scan or series, and so become part of a file name: 1 to 64 of [A-Za-z0-9_.-],
/// beginning with a letter, digit or _ (neither "..", a hidden file nor a command's option).
constexpr bool is_id(std::string_view text) {
  constexpr auto is_alphanumeric = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  if (text.empty() || text.size() > limits::id_bytes) return false;
  if (!is_alphanumeric(text.front()) && text.front() != '_') return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}
inline constexpr std::string_view id_rule = "1 to 64 of A-Z a-z 0-9 _ . -, not beginning with . or -";

}  // namespace phasecast
