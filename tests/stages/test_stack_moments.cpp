#include "stages/stack_moments.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/stages/synthetic.hpp"

using namespace phasecast;

TEST_CASE("a stack in memory gives the bits of its frames one after the other") {
  const auto [energies, pixels] = GENERATE(table<int, int>({{40, 1}, {40, 5000}, {17, 1030}, {33, 12289}}));
  const auto configuration = GENERATE(from_range(synthetic::all_modes()));
  const auto energies_ev = synthetic::energies(energies);
  const auto stack = synthetic::scan(3, energies_ev, pixels, 0.1, 5);
  const Shape shape{1, pixels};
  Moments one_by_one(shape, synthetic::dictionary(3, configuration, energies_ev)), at_once = one_by_one;
  std::vector<const float*> frames;
  for (int t = 0; t < energies; ++t) {
    one_by_one.add(energies_ev[static_cast<std::size_t>(t)], synthetic::frame(stack, t));
    frames.push_back(synthetic::frame(stack, t).data());
  }
  add_stack(at_once, energies_ev, {shape, frames});
  CHECK(std::equal(at_once.sums().begin(), at_once.sums().end(), one_by_one.sums().begin()));
  CHECK(at_once.energies() == energies);
  CHECK(at_once.magnitude() == one_by_one.magnitude());
}

TEST_CASE("a stack of another shape or number of energies is refused") {
  const auto energies_ev = synthetic::energies(5);
  const std::vector<float> frame(12);
  const std::vector<const float*> frames(5, frame.data());
  Moments moments({3, 4}, synthetic::dictionary(2, synthetic::config(Normalization::none), energies_ev));
  CHECK_THROWS_WITH(add_stack(moments, energies_ev, {{2, 6}, frames}), Catch::Contains("cannot be added"));
  CHECK_THROWS_WITH(add_stack(moments, std::span(energies_ev).first(4), {{3, 4}, frames}),
                    Catch::Contains("4 energies"));
  CHECK(moments.energies() == 0);
}
