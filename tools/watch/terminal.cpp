#include "tools/watch/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

namespace phasecast {

Terminal::Terminal() : drawn_at_(size()) {
  std::fputs("\x1b[?25l", stdout);  // no cursor
}

Terminal::~Terminal() {
  std::fputs("\x1b[?25h", stdout);
  std::fflush(stdout);
}

bool Terminal::present() {
  return isatty(STDOUT_FILENO) == 1;
}

Terminal::Size Terminal::size() {
  winsize window{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 || window.ws_row == 0) return {};
  return {window.ws_col, window.ws_row};
}

void Terminal::draw(const std::vector<std::string>& lines) {
  std::string text;
  if (size() != drawn_at_) {  // a resized terminal has moved what was drawn
    text += "\x1b[2J\x1b[H";
  } else if (drawn_ > 0) {
    text += "\x1b[" + std::to_string(drawn_) + "A";
  }
  for (const std::string& line : lines) text += line + "\x1b[K\n";
  text += "\x1b[J";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
  drawn_ = lines.size();
  drawn_at_ = size();
}

}  // namespace phasecast
