#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <span>

#include "two_halves.hpp"

using namespace phasecast;
using namespace phasecast::test;

TEST_CASE("a scan given up before its first frame does not end what a series has") {
  auto unmix = config();
  unmix.deterministic = true;
  unmix.map_every = 7;
  Ledger ledger;
  std::vector<PhaseMap> maps;
  Graph graph(unmix, "hash", 1 << 20, 2, ledger,
              {[](Event) {}, [&](const std::shared_ptr<PhaseMap>& map) { maps.push_back(*map); }});
  for (const std::uint32_t k : {0u, 1u, 2u}) {
    const TwoHalves data(unmix, k);
    if (k != 1) {
      put_whole(graph, data);
      continue;
    }
    graph.put(ScanOpened{data.scan});
    graph.put(closed(data, 0, ScanStatus::aborted));
  }
  graph.finish();
  const auto first =
      std::find_if(maps.begin(), maps.end(), [](const auto& map) { return map.scan_index == 2; });
  REQUIRE(first != maps.end());
  CHECK(first->energies_used.size() == 7);
  CHECK(first->energies_carried.size() == first->energies_ev.size() - 7);
}

TEST_CASE("frames taken without beam are left out of the map and said, and the map is that of the others") {
  const auto unmix = config();
  const TwoHalves data(unmix);
  const std::vector<std::size_t> dark = {3, 14};
  const auto run = [&](bool with_dark) {
    Ledger ledger;
    std::vector<PhaseMap> maps;
    Graph graph(unmix, "hash", 1 << 20, 2, ledger,
                {[](Event) {}, [&](const std::shared_ptr<PhaseMap>& map) { maps.push_back(*map); }});
    graph.put(ScanOpened{data.scan});
    for (std::size_t k = 0; k < data.frames.size(); ++k) {
      Frame frame = data.frames[k];
      if (k == dark[0] || k == dark[1]) {
        if (!with_dark) continue;
        const std::vector<float> nothing(shape.pixels(), k == dark[0] ? NAN : 7.5f);
        const auto bytes = std::as_bytes(std::span(nothing));
        frame.pixels = PixelBuffer::take({bytes.begin(), bytes.end()});
      }
      graph.put(AdmittedFrame{data.scan, frame, false, nullptr});
    }
    graph.put(closed(data, data.frames.size()));
    graph.finish();
    return std::pair{maps.back(), ledger.snapshot()};
  };
  const auto [map, status] = run(true);
  const auto [expected, undisturbed] = run(false);
  CHECK(map.energies_used.size() == data.frames.size() - 2);
  CHECK(map.energies_used == expected.energies_used);
  CHECK(same_bits(map.fraction, expected.fraction));
  CHECK(status.counters.unpaired == 2);
  CHECK(status.counters.used == data.frames.size() - 2);
  CHECK(undisturbed.errors.empty());
  REQUIRE(status.errors.size() == 2);
  CHECK_THAT(status.errors[0], Catch::Contains("8240") && Catch::Contains("shows no beam"));
}

TEST_CASE("energies that cannot tell the states apart give no map and a reason in words") {
  auto unmix = config();
  Ledger ledger;
  std::size_t maps = 0;
  Graph graph(unmix, "hash", 1 << 20, 2, ledger, {[](Event) {}, [&](const auto&) { ++maps; }});
  TwoHalves data(unmix);
  graph.put(ScanOpened{data.scan});
  for (std::size_t k = 0; k < 5; ++k) graph.put(AdmittedFrame{data.scan, data.frames[k], false, nullptr});
  graph.put(closed(data, 5, ScanStatus::aborted));
  graph.finish();
  CHECK(maps == 0);
  REQUIRE(ledger.snapshot().errors.size() == 1);
  CHECK(ledger.snapshot().errors[0].find("energies") != std::string::npos);
}

TEST_CASE("a graph is done in finite time with data that never come as near to their limit as asked") {
  auto unmix = config();
  unmix.tolerance = 1e-300;
  Ledger ledger;
  Graph graph(unmix, "hash", 1 << 20, 2, ledger, {[](Event) {}, [](const auto&) {}});
  TwoHalves data(unmix);
  graph.put(ScanOpened{data.scan});
  for (const Frame& frame : data.frames) graph.put(AdmittedFrame{data.scan, frame, false, nullptr});
  graph.finish();
  CHECK(ledger.snapshot().errors.empty());
}

TEST_CASE("where frames are not kept a spectrum is refused with what would keep them") {
  auto unmix = config();
  unmix.carry_bytes = 1000;
  Ledger ledger;
  Graph graph(unmix, "hash", 1 << 20, 2, ledger, {[](Event) {}, [](const auto&) {}});
  const TwoHalves data(unmix);
  graph.put(ScanOpened{data.scan});
  graph.finish();
  const auto refused = graph.region_spectrum({}, nullptr);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().text().find("--carry") != std::string::npos);
}

TEST_CASE("a scan that would take more memory than allowed is recorded, and said not to be unmixed") {
  auto unmix = config();
  unmix.memory_bytes = shape.pixels() * 100;
  Ledger ledger;
  std::size_t recorded = 0, maps = 0;
  Graph graph(unmix, "hash", 1 << 20, 2, ledger, {[&](Event) { ++recorded; }, [&](const auto&) { ++maps; }});
  const TwoHalves data(unmix);
  graph.put(ScanOpened{data.scan});
  for (const Frame& frame : data.frames) graph.put(AdmittedFrame{data.scan, frame, false, nullptr});
  graph.finish();
  const auto errors = ledger.snapshot().errors;
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].find("--unmix-memory") != std::string::npos);
  CHECK(recorded == 1 + data.frames.size());
  CHECK(maps == 0);
}

TEST_CASE("where the frames do not fit into memory references are not shifted, which is said") {
  auto unmix = too_low(1.5, 1.5);
  unmix.reference_shift = ReferenceShift::fit_common;
  unmix.carry_bytes = 1000;
  Ledger ledger;
  std::vector<PhaseMap> maps;
  {
    Graph graph(unmix, "hash", 1 << 20, 2, ledger,
                {[](Event) {}, [&](const std::shared_ptr<PhaseMap>& map) { maps.push_back(*map); }});
    put_whole(graph, TwoHalves(config()));
    graph.finish();
  }
  REQUIRE(maps.back().reference_check);
  CHECK_FALSE(maps.back().reference_check->shift_applied);
  CHECK(maps.back().reference_check->shift_ev[0] == Approx(1.5).margin(0.1));
  REQUIRE(ledger.snapshot().errors.size() == 1);
  CHECK_THAT(ledger.snapshot().errors.front(), Catch::Contains("--carry"));
  CHECK_THAT(ledger.snapshot().note, Catch::Contains("too low in energy"));
}
