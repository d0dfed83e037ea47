#include <stdexcept>
#include <string>

#include "stages/cnn.hpp"

// The files become part of the program: no path is needed at run time.
// NOLINTBEGIN
#define PHASECAST_EMBED(symbol, file)          \
  asm(".section .rodata\n"                     \
      ".balign 16\n"                           \
      "phasecast_" #symbol                     \
      "_begin:\n"                              \
      ".incbin \"" PHASECAST_NETWORKS "/" file \
      "\"\n"                                   \
      "phasecast_" #symbol                     \
      "_end:\n"                                \
      ".byte 0\n"                              \
      ".previous\n");                          \
  extern "C" const char phasecast_##symbol##_begin[], phasecast_##symbol##_end[];

PHASECAST_EMBED(fast, "fast.onnx")
PHASECAST_EMBED(dncnn, "dncnn.onnx")
// NOLINTEND

namespace phasecast {

std::string_view shipped_network(std::string_view name) {
  if (name == "fast") return {phasecast_fast_begin, phasecast_fast_end};
  if (name == "dncnn") return {phasecast_dncnn_begin, phasecast_dncnn_end};
  throw std::runtime_error("network " + std::string(name) + " is none of those shipped, fast and dncnn");
}

}  // namespace phasecast
