#include "tools/toml_text.hpp"

#include <charconv>

namespace phasecast {
namespace {

constexpr char mark = '`';
constexpr std::string_view digits = "0123456789ABCDEF";

}  // namespace

std::string as_ascii(std::string_view text) {
  std::string ascii;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 128 && c != mark)
      ascii += c;
    else
      ascii.append({mark, digits[byte >> 4], digits[byte & 15]});
  }
  return ascii;
}

std::string from_ascii(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    unsigned byte = 0;
    const bool marked = text.size() >= 3 && text[0] == mark &&
                        std::from_chars(text.data() + 1, text.data() + 3, byte, 16).ptr == text.data() + 3;
    bytes += marked ? static_cast<char>(byte) : text.front();
    text.remove_prefix(marked ? 3 : 1);
  }
  return bytes;
}

}  // namespace phasecast
