#include "tools/view/page.hpp"

// The page becomes part of the program: no path is needed at run time.
// NOLINTBEGIN
asm(".section .rodata\n"
    "phasecast_page_begin:\n"
    ".incbin \"" PHASECAST_PAGE
    "\"\n"
    "phasecast_page_end:\n"
    ".byte 0\n"
    ".previous\n");
extern "C" const char phasecast_page_begin[], phasecast_page_end[];
// NOLINTEND

namespace phasecast {

std::string_view web_page() {
  return {phasecast_page_begin, phasecast_page_end};
}

}  // namespace phasecast
