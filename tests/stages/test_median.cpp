#include "stages/median.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>

using namespace phasecast;

namespace {

/// Values that a histogram parts well, badly, and not at all.
template <class Real>
std::vector<Real> values_of(const std::string& kind, std::size_t count) {
  std::mt19937_64 random(count);
  std::normal_distribution<double> normal;
  std::vector<Real> values(count);
  for (Real& v : values) v = static_cast<Real>(normal(random));
  if (kind == "equal") std::fill(values.begin(), values.end(), Real{3});
  if (kind == "two")
    std::transform(values.begin(), values.end(), values.begin(), [](Real v) { return v > 0; });
  if (kind == "hot pixel") values[count / 3] = Real{1e30};
  if (kind == "infinite") values[count / 3] = std::numeric_limits<Real>::infinity();
  if (kind == "of both signs") values[0] = std::numeric_limits<Real>::max(), values[1] = -values[0];
  if (kind == "tiny")
    for (Real& v : values) v *= std::numeric_limits<Real>::denorm_min() * 100;
  return values;
}

}  // namespace

TEMPLATE_TEST_CASE("the n-th smallest is that of sorting, whatever the values are", "", float, double) {
  const std::string kind =
      GENERATE("normal", "equal", "two", "hot pixel", "infinite", "of both signs", "tiny");
  const std::size_t count = GENERATE(3, 2047, 2048, 2049, 16384);
  const auto values = values_of<TestType>(kind, count);
  auto sorted = values;
  std::sort(sorted.begin(), sorted.end());
  CAPTURE(kind, count);
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, count / 3, count / 2, count - 2, count - 1}) {
    auto reordered = values;
    CHECK(nth_of(std::span(reordered), n) == sorted[n]);
    std::sort(reordered.begin(), reordered.end());
    CHECK(reordered == sorted);
  }
}

TEST_CASE("the median is the upper of two middle values, and NaN of none") {
  CHECK(median(std::vector<double>{4, 1, 3, 2}) == 3);
  CHECK(median(std::vector<double>{5}) == 5);
  CHECK(std::isnan(median(std::vector<double>{})));
}
