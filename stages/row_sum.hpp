#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace phasecast {

/// out = base + Σ_i weights[i] rows[i], each value stored once. `out` is none of the rows.
template <class Real, std::size_t... I>
void sum_rows_of(std::index_sequence<I...>, const Real* const* rows, const Real* weights, Real base,
                 std::size_t count, Real* __restrict out) {
  const auto sum = [=](auto... row) {
    for (std::size_t x = 0; x < count; ++x) out[x] = (base + ... + (weights[I] * row[x]));
  };
  sum(rows[I]...);
}

/// For 1 to 8 rows.
template <class Real>
void sum_rows(std::span<const Real* const> rows, std::span<const Real> weights, Real base, std::size_t count,
              Real* out) {
  const auto sum = [&]<std::size_t Rows>() {
    sum_rows_of(std::make_index_sequence<Rows>(), rows.data(), weights.data(), base, count, out);
  };
  switch (rows.size()) {
    case 1:
      return sum.template operator()<1>();
    case 2:
      return sum.template operator()<2>();
    case 3:
      return sum.template operator()<3>();
    case 4:
      return sum.template operator()<4>();
    case 5:
      return sum.template operator()<5>();
    case 6:
      return sum.template operator()<6>();
    case 7:
      return sum.template operator()<7>();
    default:
      return sum.template operator()<8>();
  }
}

}  // namespace phasecast
