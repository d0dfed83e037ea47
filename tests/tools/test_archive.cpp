#include <catch2/catch.hpp>
#include <cmath>

#include "tests/tools/example_map.hpp"
#include "tools/view/archive.hpp"

using namespace phasecast;

namespace {

PhaseMap numbered(std::uint64_t number, bool final) {
  PhaseMap map = example_map();
  map.map_number = number;
  map.final = final;
  return map;
}

std::vector<std::uint64_t> numbers(const Archive& archive) {
  std::vector<std::uint64_t> list;
  for (const auto& entry : archive.entries()) list.push_back(entry.map->map_number);
  return list;
}

using Numbers = std::vector<std::uint64_t>;

/// 2 × 2 pixels, two states; the last pixel is masked.
PhaseMap four_pixels() {
  PhaseMap map;
  map.shape = {2, 2};
  map.states = {"a", "b"};
  map.fraction = {0, 1, 0.5f, 9, 1, 0, 0.5f, 9};
  map.scale = {1, 3, 2, 100};
  map.residual = {0.1f, 0.2f, 0.6f, 100};
  map.uncertainty = {0.1f, 0.2f, 0.3f, 9, 0.4f, 0, 0, 9};
  map.mask = {0, 0, 0, 1};
  return map;
}

}  // namespace

TEST_CASE("a map's means are over its valid pixels, fractions weighted by their scale") {
  const auto whole = means_of(four_pixels(), std::nullopt);
  REQUIRE(whole);
  CHECK(whole->fraction[0] == Approx((3 * 1 + 2 * 0.5) / 6));
  CHECK(whole->fraction[1] == Approx((1 * 1 + 2 * 0.5) / 6));
  CHECK(whole->residual == Approx(0.3));
  CHECK(whole->scale == Approx(2));
  CHECK(whole->pixels == 3);
  const auto column = means_of(four_pixels(), Region{1, 0, 1, 2});
  REQUIRE(column);
  CHECK(column->fraction[0] == Approx(1));
  CHECK(column->residual == Approx(0.2));
}

TEST_CASE("a mean fraction's uncertainty is that of independent pixels, weighted alike") {
  const auto whole = means_of(four_pixels(), std::nullopt);
  REQUIRE(whole);
  CHECK(whole->uncertainty[0] == Approx(std::sqrt(0.01 + 0.36 + 0.36) / 6));
  CHECK(whole->uncertainty[1] == Approx(0.4 / 6));
}

TEST_CASE("a region without a valid pixel, or outside the map, has no means") {
  CHECK_FALSE(means_of(four_pixels(), Region{1, 1, 1, 1}));
  CHECK_FALSE(means_of(four_pixels(), Region{2, 0, 5, 5}));
  CHECK_FALSE(means_of(four_pixels(), Region{4'000'000'000u, 0, 5, 5}));
}

TEST_CASE("beyond the budget the oldest provisional maps go first, then the oldest final ones") {
  const PhaseMap map = example_map();
  const std::size_t bytes =
      4 * (map.fraction.size() + map.scale.size() + map.residual.size() + map.uncertainty.size()) +
      map.mask.size();
  Archive archive(3 * bytes);
  for (const auto& [number, final] : {std::pair{0, true}, {1, false}, {2, false}})
    archive.take(numbered(number, final));
  CHECK(numbers(archive) == Numbers{0, 1, 2});
  archive.take(numbered(3, true));
  CHECK(numbers(archive) == Numbers{0, 2, 3});
  archive.take(numbered(4, true));
  CHECK(numbers(archive) == Numbers{0, 3, 4});
  archive.take(numbered(5, false));
  CHECK(numbers(archive) == Numbers{3, 4, 5});
  CHECK(archive.find(0, 4)->map_number == 4);
  CHECK_FALSE(archive.find(0, 0));
}

TEST_CASE("the newest map is kept even if it alone is beyond the budget") {
  Archive archive(1);
  archive.take(numbered(0, false));
  archive.take(numbered(1, false));
  CHECK(numbers(archive) == Numbers{1});
}

TEST_CASE("a map that is sent again is taken once, one of a pipeline started anew is another") {
  Archive archive(std::size_t{1} << 30);
  CHECK(archive.take(numbered(0, false)));
  CHECK(archive.take(numbered(1, false)));
  CHECK_FALSE(archive.take(numbered(1, false)));
  PhaseMap anew = numbered(0, false);
  anew.published_utc_ns += 1;
  CHECK(archive.take(anew));
  CHECK(archive.entries().back().run == 1);
  CHECK(archive.find(0, 1));
  CHECK(archive.find(1, 0));
  CHECK_FALSE(archive.find(1, 1));
}

TEST_CASE("a map has its own scan's metadata, also if the next scan has begun") {
  Archive archive(std::size_t{1} << 30);
  ScanStart first, second;
  first.scan_id = example_map().scan_id;
  first.metadata = {{"potential_V", "4.1"}};
  second.scan_id = "next";
  archive.take(first);
  archive.take(second);
  archive.take(numbered(0, true));
  CHECK(archive.entries().back().metadata.at("potential_V") == "4.1");
}
