#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "two_halves.hpp"

using namespace phasecast;
using namespace phasecast::test;

TEST_CASE("frames put into the graph come out as maps of the right states, the last one final") {
  const auto maps = maps_of(config(), 2);
  REQUIRE_FALSE(maps.empty());
  const PhaseMap& map = maps.back();
  CHECK(map.final);
  CHECK(map.states == std::vector<std::string>{"reduced", "oxidized"});
  CHECK(map.energies_used.size() == map.energies_ev.size());
  const std::size_t n = shape.pixels(), left = 10 * 24 + 4, right = 10 * 24 + 20;
  CHECK(map.fraction[left] > 0.95f);
  CHECK(map.fraction[n + right] > 0.95f);
  CHECK(map.mask[0] == static_cast<std::uint8_t>(PixelMask::no_element));
  CHECK(std::isnan(map.fraction[0]));
  CHECK(map.noise_sigma == Approx(0.05 / std::sqrt(12)).epsilon(0.2));
}

TEST_CASE("in lockstep the same frames give the same bits, provisional and final, with one thread or two") {
  auto unmix = config();
  unmix.deterministic = true;
  unmix.map_every = 7;
  const auto once = maps_of(unmix, 2, 2), again = maps_of(unmix, 2, 2), alone = maps_of(unmix, 1, 2);
  REQUIRE(once.size() > 4);
  REQUIRE(again.size() == once.size());
  REQUIRE(alone.size() == once.size());
  for (std::size_t k = 0; k < once.size(); ++k)
    for (const auto* other : {&again[k], &alone[k]}) {
      CHECK(same_bits(once[k].fraction, other->fraction));
      CHECK(same_bits(once[k].scale, other->scale));
      CHECK(same_bits(once[k].residual, other->residual));
      CHECK(same_bits(once[k].uncertainty, other->uncertainty));
      CHECK(once[k].mask == other->mask);
    }
}

TEST_CASE(
    "in a series the energies to come are carried from the last scan, and the final map has none of them") {
  auto unmix = config();
  unmix.deterministic = true;
  unmix.map_every = 7;
  const auto maps = maps_of(unmix, 2, 2);
  std::vector<PhaseMap> second;
  for (const auto& map : maps)
    if (map.scan_index == 1) second.push_back(map);
  REQUIRE(second.size() > 2);
  for (std::size_t k = 0; k + 1 < second.size(); ++k) {
    CHECK_FALSE(second[k].final);
    CHECK(second[k].energies_used.size() + second[k].energies_carried.size() == second[k].energies_ev.size());
  }
  CHECK(second.front().energies_used.size() == 7);
  CHECK(second.back().final);
  CHECK(second.back().energies_carried.empty());
}

TEST_CASE("a scan's final map in a series is the map of that scan alone") {
  auto unmix = config();
  unmix.deterministic = true;
  unmix.tolerance = 1e-4;
  const auto series = maps_of(unmix, 2, 2);
  unmix.provisional = false;
  std::vector<PhaseMap> alone;
  {
    Ledger ledger;
    Graph graph(unmix, "hash", 1 << 20, 2, ledger,
                {[](Event) {}, [&](const std::shared_ptr<PhaseMap>& map) { alone.push_back(*map); }});
    put_whole(graph, TwoHalves(unmix, 1));
    graph.finish();
  }
  REQUIRE(alone.size() == 1);
  const PhaseMap& last = series.back();
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < last.fraction.size(); ++i) {
    REQUIRE(std::isnan(last.fraction[i]) == std::isnan(alone[0].fraction[i]));
    if (std::isnan(last.fraction[i])) continue;
    sum += std::pow(static_cast<double>(last.fraction[i]) - alone[0].fraction[i], 2);
    ++count;
  }
  CHECK(std::sqrt(sum / count) < 5e-4);
}

TEST_CASE("the map of all energies is the final one before it is called final, bit for bit") {
  auto unmix = config();
  unmix.deterministic = true;
  unmix.tolerance = GENERATE(1e-3, 1e-9);  // nearer than the second no map comes: the passes run out
  const auto maps = maps_of(unmix, 2, 2);
  int finals = 0;
  for (std::size_t k = 1; k < maps.size(); ++k) {
    const PhaseMap &before = maps[k - 1], &final = maps[k];
    if (!final.final) continue;
    ++finals;
    CHECK_FALSE(before.final);
    CHECK(before.energies_used == final.energies_used);
    CHECK(before.iterations == final.iterations);
    CHECK(final.iterations <= static_cast<std::uint32_t>(unmix.iterations));
    CHECK(same_bits(before.fraction, final.fraction));
    CHECK(same_bits(before.scale, final.scale));
    CHECK(same_bits(before.uncertainty, final.uncertainty));
  }
  CHECK(finals == 2);
}

TEST_CASE("a scan that has all its energies is not solved once more when it ends") {
  auto unmix = config();
  unmix.deterministic = true;
  unmix.method = Method::rum_pnp;
  int calls = 0;
  unmix.prior = [&](Shape, std::span<const float> noisy, float, std::span<float> denoised) {
    ++calls;
    std::copy(noisy.begin(), noisy.end(), denoised.begin());
  };
  const TwoHalves data(unmix);
  const auto calls_until = [&](bool ended) {
    calls = 0;
    Ledger ledger;
    int finals = 0;
    Graph graph(unmix, "hash", 1 << 20, 1, ledger,
                {[](Event) {}, [&](const std::shared_ptr<PhaseMap>& map) { finals += map->final; }});
    graph.put(ScanOpened{data.scan});
    for (const Frame& frame : data.frames) graph.put(AdmittedFrame{data.scan, frame, false, nullptr});
    if (ended) graph.put(closed(data, data.frames.size()));
    graph.finish();
    CHECK(finals == ended);
    return calls;
  };
  const int without_end = calls_until(false);
  CHECK(without_end > 0);
  CHECK(calls_until(true) == without_end);
}

TEST_CASE("the graph answers questions about its newest scan, and says so when there is nothing to tell") {
  auto unmix = config();
  Ledger ledger;
  std::shared_ptr<const PhaseMap> newest;
  Graph graph(unmix, "hash", 1 << 20, 2, ledger,
              {[](Event) {}, [&](const std::shared_ptr<PhaseMap>& map) { newest = map; }});
  CHECK_FALSE(graph.references().ok());
  CHECK_FALSE(graph.region_spectrum({}, nullptr).ok());

  const TwoHalves data(unmix);
  graph.put(ScanOpened{data.scan});
  for (const Frame& frame : data.frames) graph.put(AdmittedFrame{data.scan, frame, false, nullptr});
  graph.finish();
  const auto references = graph.references();
  REQUIRE(references.ok());
  CHECK(references->states == std::vector<std::string>{"reduced", "oxidized"});
  CHECK(references->absorbance.size() == 2 * data.scan->energies_ev.size());

  REQUIRE(newest);
  const auto left = graph.region_spectrum({2, 5, 8, 8}, newest);
  REQUIRE(left.ok());
  CHECK(left->scan_id == "scan0");
  CHECK(left->pixels == 64);
  CHECK(left->energies_ev == data.scan->energies_ev);
  CHECK(left->of_map->fraction[0] > 0.95);

  PhaseMap of_another = *newest;
  of_another.scan_id = "scan9";
  const auto without = graph.region_spectrum({2, 5, 8, 8}, std::make_shared<const PhaseMap>(of_another));
  REQUIRE(without.ok());
  CHECK_FALSE(without->of_map);
}

TEST_CASE("a final map says how much too low the references are, a provisional one nothing") {
  auto unmix = too_low(1.5, 0);
  unmix.deterministic = true;
  unmix.map_every = 7;
  const auto maps = maps_of(unmix, 2);
  REQUIRE(maps.size() > 1);
  for (const PhaseMap& map : maps) {
    REQUIRE(map.reference_check.has_value() == map.final);
    if (!map.final) continue;
    const ReferenceCheck& check = *map.reference_check;
    CAPTURE(check.shift_ev, check.shift_uncertainty_ev);
    CHECK(check.shift_ev[0] == Approx(1.5).margin(0.1));
    CHECK(check.shift_ev[1] == Approx(0).margin(0.1));
    CHECK_FALSE(check.shift_applied);
  }
}

TEST_CASE(
    "with shifts applied the map is that of the right references, live as offline, whatever came before") {
  auto live = too_low(1.5, -0.7);
  live.reference_shift = ReferenceShift::fit;
  auto offline = live;
  offline.provisional = false;
  const PhaseMap right = maps_of(config(), 2).back();
  const auto series = maps_of(live, 2, 2);
  const PhaseMap one = maps_of(offline, 1).back(), two = maps_of(offline, 2, 2).back();
  CHECK(same_bits(series.back().fraction, two.fraction));
  std::vector<PhaseMap> finals;
  for (const PhaseMap& map : series)
    if (map.final) finals.push_back(map);
  REQUIRE(finals.size() == 2);
  CHECK(same_bits(finals.front().fraction, one.fraction));
  REQUIRE(one.reference_check);
  CHECK(one.reference_check->shift_applied);
  double sum = 0, count = 0;
  for (std::size_t k = 0; k < shape.pixels(); ++k) {
    if (std::isnan(one.fraction[k]) || std::isnan(right.fraction[k])) continue;
    sum += std::pow(one.fraction[k] - right.fraction[k], 2);
    ++count;
  }
  CHECK(count > 200);
  CHECK(std::sqrt(sum / count) < 0.01);
}

TEST_CASE("energies that shifted references do not cover are left out of the map, and it says which are in") {
  auto unmix = config();
  unmix.reference_shift = ReferenceShift::fit;
  for (Spectrum& reference : unmix.references) {
    for (double& e : reference.energy_ev) e -= 1.5;
    while (reference.energy_ev.front() < 8210) {
      reference.energy_ev.erase(reference.energy_ev.begin());
      reference.mu.erase(reference.mu.begin());
    }
  }
  const PhaseMap map = maps_of(unmix, 2).back();
  REQUIRE(map.reference_check);
  CHECK(map.reference_check->shift_applied);
  CHECK(map.energies_used.size() == map.energies_ev.size() - 1);
  CHECK(map.energies_used.front() == 1);
}

TEST_CASE("maps advise the next energy while some are to come, and say when the rest would not help") {
  auto unmix = config();
  unmix.deterministic = true;
  unmix.map_every = 7;
  unmix.enough = 0.002;
  std::vector<Advice> known;
  for (const PhaseMap& map : maps_of(unmix, 2)) {
    REQUIRE(map.advice);
    const Advice& advice = *map.advice;
    const bool valid = std::count(map.mask.begin(), map.mask.end(), 0) > 0;
    CHECK(std::isnan(advice.uncertainty) == !valid);  // the first map has no edge to see yet
    if (!valid) continue;
    known.push_back(advice);
    CHECK(advice.uncertainty_planned <= advice.uncertainty * (1 + 1e-9));
    CHECK(advice.enough == (advice.uncertainty - advice.uncertainty_planned < 0.002));
    const auto& used = map.energies_used;
    const auto next = std::find(map.energies_ev.begin(), map.energies_ev.end(), advice.next_energy_ev);
    CHECK((next != map.energies_ev.end()) == (used.size() < map.energies_ev.size()));
    CHECK(std::find(used.begin(), used.end(), next - map.energies_ev.begin()) == used.end());
  }
  REQUIRE(known.size() >= 3);
  CHECK(known.front().uncertainty > known.back().uncertainty);
  CHECK(known.front().uncertainty_planned == Approx(known.back().uncertainty).epsilon(0.3));
  CHECK(known.back().uncertainty == Approx(known.back().uncertainty_planned));
  CHECK(known.back().enough);
}
