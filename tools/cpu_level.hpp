#pragma once

namespace phasecast {

/// The x86-64 psABI's level of this CPU's instruction set: 1 (any), 2 (SSE4.2), 3 (AVX2, FMA) or 4 (AVX-512).
inline int cpu_level() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("x86-64-v4")   ? 4
         : __builtin_cpu_supports("x86-64-v3") ? 3
         : __builtin_cpu_supports("x86-64-v2") ? 2
                                               : 1;
}

}  // namespace phasecast
