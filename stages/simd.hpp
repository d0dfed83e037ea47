#pragma once

#include <immintrin.h>

#include <cstring>
#include <utility>

// Vectors wider than the CPU's change the ABI of functions that take them; all of these are inlined.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace phasecast::simd {

template <class T, int Count>
struct VectorOf {
  typedef T type __attribute__((vector_size(Count * sizeof(T))));
};

/// `Count` values of T that are worked on together, whatever the CPU.
template <class T, int Count>
using Vector = typename VectorOf<T, Count>::type;

/// As many floats as the CPU has in one register.
#if defined(__AVX512F__)
inline constexpr int lanes = 16;
#elif defined(__AVX__)
inline constexpr int lanes = 8;
#else
inline constexpr int lanes = 4;
#endif
using Lanes = Vector<float, lanes>;

template <class V>
inline V load(const void* from) {
  V v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

template <class V>
inline void store(void* to, const V& v) {
  std::memcpy(to, &v, sizeof v);
}

/// Bit i is set where a[i] < b[i]; never where either is NaN.
inline unsigned less_bits(const Lanes& a, const Lanes& b) {
#if defined(__AVX512F__)
  return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
#elif defined(__AVX__)
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_LT_OQ)));
#else
  return static_cast<unsigned>(_mm_movemask_ps(_mm_cmplt_ps(a, b)));
#endif
}

/// Lane i of the result is element i + Shift of `a` followed by `next`.
template <int Shift>
inline Lanes shifted(const Lanes& a, const Lanes& next) {
  return [&]<int... I>(std::integer_sequence<int, I...>) {
    return __builtin_shuffle(a, next, Vector<int, lanes>{(I + Shift)...});
  }
  (std::make_integer_sequence<int, lanes>{});
}

}  // namespace phasecast::simd
