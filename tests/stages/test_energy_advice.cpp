#include "stages/energy_advice.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "stages/lcf.hpp"
#include "stages/median.hpp"
#include "stages/trust.hpp"
#include "synthetic.hpp"

using namespace phasecast;

namespace {

/// The map of some of the planned energies of one scan, by least squares.
struct Scene {
  static constexpr int pixels = 400, states = 3;
  NormalizeConfig config = synthetic::config(Normalization::pre_edge, 1);
  std::vector<double> planned = synthetic::energies();
  Dictionary dictionary = synthetic::dictionary(states, config, planned);
  std::vector<EnergyRow> rows = energy_rows(dictionary, planned);
  synthetic::Stack stack = synthetic::scan(states, planned, pixels, 0.02, 5);

  PhaseMap map(const std::vector<std::uint32_t>& used, const std::vector<std::uint32_t>& carried = {}) const {
    Moments moments({1, pixels}, dictionary);
    for (const auto* list : {&used, &carried})
      for (const std::uint32_t t : *list)
        moments.add(planned[t], synthetic::frame(stack, static_cast<Eigen::Index>(t)));
    const NormalEquations equations = synthetic::equations(moments);
    const LcfResult fit = lcf(equations, LcfConstraint::non_negative);
    PhaseMap map;
    map.shape = {1, pixels};
    map.states = {"a", "b", "c"};
    map.energies_ev = planned;
    map.energies_used = used;
    map.energies_carried = carried;
    map.fraction.assign(fit.fraction.begin(), fit.fraction.end());
    map.scale.assign(fit.scale.begin(), fit.scale.end());
    map.uncertainty = uncertainty_map(equations, map.fraction, map.scale, 0.02);
    map.mask.assign(pixels, 0);
    return map;
  }
};

std::vector<std::uint32_t> every(std::uint32_t step, std::uint32_t count, std::uint32_t first = 0) {
  std::vector<std::uint32_t> list;
  for (std::uint32_t t = first; t < count; t += step) list.push_back(t);
  return list;
}

/// What the layer says: the median over the pixels of the state known worst.
double median_of_layer(const PhaseMap& map) {
  std::vector<double> worst(Scene::pixels);
  for (std::size_t k = 0; k < worst.size(); ++k)
    for (std::size_t l = 0; l < Scene::states; ++l)
      worst[k] = std::max(worst[k], static_cast<double>(map.uncertainty[l * Scene::pixels + k]));
  return median(std::move(worst));
}

}  // namespace

TEST_CASE("advice says of now what the map's own layer says, and foretells the layer of maps to come") {
  const Scene scene;
  const PhaseMap now = scene.map(every(2, 40));
  const Advice advice = advise(now, scene.rows, {});
  CHECK(advice.uncertainty == Approx(median_of_layer(now)));
  CHECK(advice.uncertainty_planned < advice.uncertainty);
  CHECK(advice.uncertainty_planned == Approx(median_of_layer(scene.map(every(1, 40)))).epsilon(0.03));

  REQUIRE(std::isfinite(advice.next_energy_ev));
  std::vector<std::uint32_t> with_next = every(2, 40);
  const auto next = std::find(scene.planned.begin(), scene.planned.end(), advice.next_energy_ev);
  REQUIRE(next != scene.planned.end());
  with_next.push_back(static_cast<std::uint32_t>(next - scene.planned.begin()));
  CHECK(with_next.back() % 2 == 1);
  CHECK(advice.uncertainty_next == Approx(median_of_layer(scene.map(with_next))).epsilon(0.03));
}

TEST_CASE("no other planned energy would have helped more than the advised one") {
  const Scene scene;
  const auto used = every(3, 40);
  const PhaseMap now = scene.map(used);
  const Advice advice = advise(now, scene.rows, {});
  for (std::uint32_t t = 0; t < 40; ++t) {
    if (t % 3 == 0) continue;
    auto with = used;
    with.push_back(t);
    // By a layer of the same pixels with their compositions as they are now.
    PhaseMap other = scene.map(with);
    Moments moments({1, Scene::pixels}, scene.dictionary);
    for (const std::uint32_t e : with)
      moments.add(scene.planned[e], synthetic::frame(scene.stack, static_cast<Eigen::Index>(e)));
    other.uncertainty = uncertainty_map(synthetic::equations(moments), now.fraction, now.scale, 0.02);
    CHECK(median_of_layer(other) > advice.uncertainty_next * 0.98);
  }
}

TEST_CASE("with all planned energies in there is no next, and it is enough if anything is") {
  const Scene scene;
  const PhaseMap whole = scene.map(every(1, 40));
  const Advice silent = advise(whole, scene.rows, {});
  CHECK(silent.uncertainty == Approx(silent.uncertainty_planned));
  CHECK(std::isnan(silent.next_energy_ev));
  CHECK(std::isnan(silent.uncertainty_next));
  CHECK_FALSE(silent.enough);
  CHECK(advise(whole, scene.rows, 1e-6).enough);
}

TEST_CASE("it is enough when the rest would lower the uncertainty by less than asked for") {
  const Scene scene;
  const PhaseMap now = scene.map(every(2, 40));
  const Advice advice = advise(now, scene.rows, {});
  const double gain = advice.uncertainty - advice.uncertainty_planned;
  CHECK_FALSE(advise(now, scene.rows, 0.99 * gain).enough);
  CHECK(advise(now, scene.rows, 1.01 * gain).enough);
}

TEST_CASE("energies that the last scan stands in for do not count as received") {
  const Scene scene;
  const PhaseMap own = scene.map(every(2, 40)), filled = scene.map(every(2, 40), every(2, 40, 1));
  const Advice alone = advise(own, scene.rows, {}), with_carried = advise(filled, scene.rows, {});
  CHECK(with_carried.uncertainty_planned == Approx(median_of_layer(filled)));
  CHECK(with_carried.uncertainty == Approx(alone.uncertainty).epsilon(0.03));
  CHECK(with_carried.next_energy_ev == alone.next_energy_ev);

  const Advice early = advise(scene.map({0, 20}, every(1, 20, 1)), scene.rows, 0.5);
  CHECK(std::isnan(early.uncertainty));
  CHECK(std::isfinite(early.uncertainty_planned));
  CHECK_FALSE(early.enough);
}

TEST_CASE("a map without a valid pixel gives no advice") {
  const Scene scene;
  PhaseMap map = scene.map(every(2, 40));
  map.mask.assign(Scene::pixels, static_cast<std::uint8_t>(PixelMask::no_element));
  const Advice advice = advise(map, scene.rows, 0.5);
  CHECK(std::isnan(advice.uncertainty));
  CHECK(std::isnan(advice.uncertainty_planned));
  CHECK(std::isnan(advice.next_energy_ev));
  CHECK_FALSE(advice.enough);
}
