#include "tools/toml_text.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace phasecast {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

class TomlText {
 public:
  TomlText(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  void check() {
    if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (c == '"' || c == '\'')
        skip_string(c);
      else if (static_cast<unsigned char>(c) > 127)
        fail("a letter beyond ASCII outside of quotes", "it within quotes");
      else
        ++at_;
    }
  }

 private:
  bool at_begin_of_word() const {
    return at_ == 0 || std::string_view(" \t\r\n=,.[{").find(text_[at_ - 1]) != std::string_view::npos ||
           text_.substr(0, at_) == byte_order_mark;
  }

  /// To behind its end; a string on one line ends there, closed or not.
  void skip_string(char quote) {
    if (!at_begin_of_word()) fail("a quote within a word", "it around a text");
    const std::string three(3, quote);
    const bool many_lines = text_.substr(at_, 3) == three;
    const std::string_view end = many_lines ? std::string_view(three) : std::string_view(three).substr(2);
    at_ += end.size();
    while (at_ < text_.size() && text_.substr(at_, end.size()) != end) {
      if (!many_lines && text_[at_] == '\n') return;
      if (quote == '"' && text_[at_] == '\\')
        skip_escape();
      else
        ++at_;
    }
    at_ += end.size();
    for (int more = 0; many_lines && more < 2 && at_ < text_.size() && text_[at_] == quote; ++more) ++at_;
  }

  /// A backslash and what it stands before: a character, or the end of a line and the space up to the next
  /// word.
  void skip_escape() {
    const std::size_t next = std::min(text_.find_first_not_of(" \t\r\n", at_ + 1), text_.size());
    if (next < text_.size() && static_cast<unsigned char>(text_[next]) > 127)
      fail("a letter beyond ASCII behind a backslash", "another");
    at_ = next == at_ + 1 ? next + 1 : next;
  }

  [[noreturn]] void fail(const std::string& found, const std::string& expected) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
    throw std::runtime_error(path_ + " line " + std::to_string(line) + ": " + found + ", expected " +
                             expected);
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t at_ = 0;
};

}  // namespace

void require_sound_toml(const std::string& content, const std::string& path) {
  TomlText(content, path).check();
}

}  // namespace phasecast
