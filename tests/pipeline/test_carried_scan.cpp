#include "pipeline/carried_scan.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "tests/stages/synthetic.hpp"

using namespace phasecast;

namespace {

constexpr Shape shape{7, 11};
constexpr std::size_t energies = 40;

/// Two scans of a series, carried from one to the other.
struct Series {
  std::vector<double> energies_ev = synthetic::energies();
  Dictionary dictionary = synthetic::dictionary(2, synthetic::config(Normalization::pre_edge), energies_ev);
  synthetic::Stack stack = synthetic::scan(2, energies_ev, 77, 0.01, 3);
  CarriedScan carried;
  std::set<const Half*> buffers;

  Series() { carried.restart(energies, shape, true); }

  void take(std::uint32_t k) {
    const auto frame = synthetic::frame(stack, k);
    const auto room = carried.room(k);
    buffers.insert(room.data());
    to_half(frame, room);
    carried.replace(k, energies_ev[k], largest_finite(frame));
  }
  void take_scan() {
    for (std::uint32_t k = 0; k < energies; ++k) take(k);
  }
  void next_scan() { carried.next_scan(Moments(shape, dictionary)); }

  /// Of the frames that stand in, rounded, added one by one.
  Moments expected() const {
    Moments sums(shape, dictionary);
    std::vector<Half> halves(shape.pixels());
    std::vector<float> values(shape.pixels());
    for (const auto k : carried.energies()) {
      to_half(synthetic::frame(stack, k), halves);
      to_float(halves, values);
      sums.add(energies_ev[k], values);
    }
    return sums;
  }
};

void check_same(const Moments* found, const Moments& expected) {
  REQUIRE(found);
  CHECK(found->energies() == expected.energies());
  double largest = 0;
  for (const double sum : expected.sums()) largest = std::max(largest, std::abs(sum));
  for (std::size_t i = 0; i < expected.sums().size(); ++i)
    REQUIRE(std::abs(found->sums()[i] - expected.sums()[i]) <= 1e-13 * (largest + 40));
}

}  // namespace

TEST_CASE("in the first scan of a series nothing stands in") {
  Series series;
  series.take_scan();
  CHECK(series.carried.moments() == nullptr);
  CHECK(series.carried.energies().empty());
}

TEST_CASE("the last scan's frames stand in until each is replaced, whenever one looks") {
  Series series;
  series.take_scan();
  const auto looks = GENERATE(std::set<std::uint32_t>{0, 1, 2, 20, 38}, std::set<std::uint32_t>{38},
                              std::set<std::uint32_t>{5, 30}, std::set<std::uint32_t>{});
  for (int scan = 0; scan < 3; ++scan) {
    series.next_scan();
    CHECK(series.carried.energies().size() == energies);
    for (std::uint32_t k = 0; k < energies; ++k) {
      series.take(k);
      CHECK(series.carried.energies().size() == energies - 1 - k);
      if (looks.contains(k)) check_same(series.carried.moments(), series.expected());
    }
    CHECK(series.carried.moments() == nullptr);
  }
}

TEST_CASE("frames missing from a scan do not stand in in the next") {
  Series series;
  for (std::uint32_t k = 0; k < energies; k += 2) series.take(k);
  series.next_scan();
  CHECK(series.carried.energies().size() == energies / 2);
  series.take(1);
  series.take(2);
  CHECK(series.carried.energies().size() == energies / 2 - 1);
  check_same(series.carried.moments(), series.expected());
}

TEST_CASE("a long series needs no more than one scan's memory and the frames not yet taken out") {
  Series series;
  for (int scan = 0; scan < 6; ++scan) {
    for (std::uint32_t k = 0; k < energies; ++k) {
      series.take(k);
      if (k % 9 == 0) series.carried.moments();
    }
    series.next_scan();
  }
  CHECK(series.buffers.size() <= energies + 16);
}

TEST_CASE("a scan that is not to be kept has no room and nothing to stand in") {
  Series series;
  series.carried.restart(energies, shape, false);
  CHECK(series.carried.room(3).empty());
  series.carried.replace(3, series.energies_ev[3], 1);
  series.next_scan();
  CHECK(series.carried.moments() == nullptr);
}
