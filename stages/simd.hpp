#pragma once

#include <immintrin.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>
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

/// The same value in every lane.
template <class V, class T>
inline V filled(T value) {
  return V{} + value;
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

/// Bit i is set where a[i] is NaN.
inline unsigned nan_bits(const Lanes& a) {
#if defined(__AVX512F__)
  return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q);
#elif defined(__AVX__)
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(a, a, _CMP_UNORD_Q)));
#else
  return static_cast<unsigned>(_mm_movemask_ps(_mm_cmpunord_ps(a, a)));
#endif
}

/// a where a < b, else b: so b where a is NaN.
template <class V>
inline V lesser(const V& a, const V& b) {
  if constexpr (std::is_same_v<V, Lanes>)
#if defined(__AVX512F__)
    return _mm512_maskz_min_ps(0xffff, a, b);  // plain min: see the warning in CMakeLists.txt
#elif defined(__AVX__)
    return _mm256_min_ps(a, b);
#else
    return _mm_min_ps(a, b);
#endif
  else
    return a < b ? a : b;
}

/// a where a > b, else b: so b where a is NaN.
template <class V>
inline V greater(const V& a, const V& b) {
  if constexpr (std::is_same_v<V, Lanes>)
#if defined(__AVX512F__)
    return _mm512_maskz_max_ps(0xffff, a, b);
#elif defined(__AVX__)
    return _mm256_max_ps(a, b);
#else
    return _mm_max_ps(a, b);
#endif
  else
    return a > b ? a : b;
}

/// As many bytes as there are lanes, each as an integer of its own. (g++ 12 would take the conversion of
/// vectors apart.)
inline Vector<std::int32_t, lanes> widened(const std::uint8_t* from) {
#if defined(__AVX512F__)
  return std::bit_cast<Vector<std::int32_t, lanes>>(
      _mm512_maskz_cvtepu8_epi32(0xffff, _mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
#elif defined(__AVX2__)
  return std::bit_cast<Vector<std::int32_t, lanes>>(
      _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))));
#else
  Vector<std::int32_t, lanes> wide{};
  for (int i = 0; i < lanes; ++i) wide[i] = from[i];
  return wide;
#endif
}

/// Half precision (IEEE binary16) as it is stored.
using HalfLanes = Vector<std::uint16_t, lanes>;

/// Rounded to the nearest, ties to even; beyond ±65504 infinite.
inline HalfLanes to_half(const Lanes& v) {
#if defined(__AVX512F__)
  return std::bit_cast<HalfLanes>(_mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
#elif defined(__AVX__) && defined(__F16C__)
  return std::bit_cast<HalfLanes>(_mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
#else
  HalfLanes half{};
  for (int i = 0; i < lanes; ++i) half[i] = std::bit_cast<std::uint16_t>(static_cast<_Float16>(v[i]));
  return half;
#endif
}

inline Lanes to_float(const HalfLanes& half) {
#if defined(__AVX512F__)
  return _mm512_cvtph_ps(std::bit_cast<__m256i>(half));
#elif defined(__AVX__) && defined(__F16C__)
  return _mm256_cvtph_ps(std::bit_cast<__m128i>(half));
#else
  Lanes v{};
  for (int i = 0; i < lanes; ++i) v[i] = static_cast<float>(std::bit_cast<_Float16>(half[i]));
  return v;
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
