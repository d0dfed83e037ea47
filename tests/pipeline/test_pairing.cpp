#include <catch2/catch.hpp>

#include "pipeline/pairing.hpp"
#include "tests/small_scan.hpp"

using namespace phasecast;
using namespace phasecast::test;

namespace {

struct Bench {
  Ledger ledger;
  std::vector<Job> jobs;
  std::size_t hold_bytes = 1 << 20;
  Pairing pairing{hold_bytes, ledger, [this](Job job) { jobs.push_back(std::move(job)); }};
  std::shared_ptr<const ScanStart> scan;

  explicit Bench(ScanStart start, std::size_t hold = 1 << 20)
      : hold_bytes(hold), scan(std::make_shared<const ScanStart>(std::move(start))) {
    pairing.take(ScanOpened{scan});
  }
  void add(FrameKind kind, std::uint32_t energy, std::uint32_t repeat = 0, std::uint16_t value = 1000) {
    AdmittedFrame admitted;
    admitted.scan = scan;
    admitted.frame = small_frame(*scan, 2 + energy);
    admitted.frame.header.kind = kind;
    admitted.frame.header.repeat = repeat;
    admitted.frame.pixels = pixels_of(scan->shape, value);
    pairing.take(std::move(admitted));
  }
  void close() { pairing.take(ScanClosed{scan, {}, false, 0, 0, 0}); }
  std::vector<const EnergyJob*> energies() const {
    std::vector<const EnergyJob*> found;
    for (const Job& job : jobs)
      if (const auto* energy = std::get_if<EnergyJob>(&job)) found.push_back(energy);
    return found;
  }
};

ScanStart plan(CorrectionPlan darks, CorrectionPlan flats, std::uint32_t sample_repeats = 1) {
  ScanStart scan = small_scan("a", 4);
  scan.darks = darks;
  scan.flats = flats;
  scan.sample_repeats = sample_repeats;
  return scan;
}

constexpr CorrectionPlan none{CorrectionUse::none, 1};
constexpr CorrectionPlan shared{CorrectionUse::shared, 1};
constexpr CorrectionPlan per_energy{CorrectionUse::per_energy, 1};

}  // namespace

TEST_CASE("without corrections each sample leaves at once") {
  Bench bench(plan(none, none));
  bench.add(FrameKind::sample, 2);
  REQUIRE(bench.energies().size() == 1);
  CHECK(bench.energies()[0]->energy_index == 2);
  CHECK_FALSE(bench.energies()[0]->shared_flat);
}

TEST_CASE("samples wait for a shared flat that comes at the end of the scan") {
  Bench bench(plan(none, {CorrectionUse::shared, 2}));
  for (std::uint32_t e = 0; e < 4; ++e) bench.add(FrameKind::sample, e);
  bench.add(FrameKind::flat, 0, 0, 1000);
  CHECK(bench.energies().empty());
  bench.add(FrameKind::flat, 0, 1, 3000);
  REQUIRE(bench.energies().size() == 4);
  CHECK(bench.energies()[3]->shared_flat->front() == 2000.0f);
  CHECK(bench.ledger.snapshot().counters.used == 6);
}

TEST_CASE("a sample waits for the flat of its own energy, whichever comes first") {
  Bench bench(plan(none, per_energy));
  bench.add(FrameKind::sample, 0);
  bench.add(FrameKind::flat, 1);
  CHECK(bench.energies().empty());
  bench.add(FrameKind::sample, 1);
  bench.add(FrameKind::flat, 0);
  REQUIRE(bench.energies().size() == 2);
  CHECK(bench.energies()[0]->energy_index == 1);
  CHECK(bench.energies()[1]->energy_index == 0);
  CHECK(bench.energies()[1]->flats.size() == 1);
}

TEST_CASE("an energy leaves when all its repeats are there, or at the end with those that came") {
  Bench bench(plan(none, shared, 3));
  bench.add(FrameKind::flat, 0);
  for (std::uint32_t r = 0; r < 3; ++r) bench.add(FrameKind::sample, 0, r);
  bench.add(FrameKind::sample, 1, 0);
  bench.add(FrameKind::sample, 1, 2);
  REQUIRE(bench.energies().size() == 1);
  CHECK(bench.energies()[0]->samples.size() == 3);
  bench.close();
  REQUIRE(bench.energies().size() == 2);
  CHECK(bench.energies()[1]->samples.size() == 2);
  CHECK(bench.ledger.snapshot().counters.unpaired == 0);
}

TEST_CASE("an energy whose flat never came is unpaired, counted and said, not used without it") {
  Bench bench(plan(none, per_energy));
  bench.add(FrameKind::sample, 0);
  bench.add(FrameKind::sample, 1);
  bench.add(FrameKind::flat, 1);
  bench.close();
  CHECK(bench.energies().size() == 1);
  CHECK(bench.ledger.snapshot().counters.unpaired == 1);
  CHECK(bench.ledger.snapshot().errors.size() == 1);
}

TEST_CASE("with the shared dark missing nothing is unmixed") {
  Bench bench(plan(shared, shared));
  bench.add(FrameKind::flat, 0);
  for (std::uint32_t e = 0; e < 4; ++e) bench.add(FrameKind::sample, e);
  bench.close();
  CHECK(bench.energies().empty());
  CHECK(bench.ledger.snapshot().counters.unpaired == 5);
}

TEST_CASE("held frames beyond the budget are given up, oldest energy first, and counted") {
  const std::size_t frame_bytes = 4 * 6 * 2;
  Bench bench(plan(none, per_energy), 2 * frame_bytes);
  for (std::uint32_t e = 0; e < 3; ++e) bench.add(FrameKind::sample, e);
  CHECK(bench.ledger.snapshot().counters.unpaired == 1);
  bench.add(FrameKind::flat, 2);
  REQUIRE(bench.energies().size() == 1);
  CHECK(bench.energies()[0]->energy_index == 2);
}

TEST_CASE("a frame that waits for its flat gives its ticket back, so that the flat can be let in") {
  Bench bench(plan(none, per_energy));
  auto ticket = std::make_shared<int>(0);
  AdmittedFrame admitted{bench.scan, small_frame(*bench.scan, 2), false, ticket};
  bench.pairing.take(std::move(admitted));
  CHECK(ticket.use_count() == 1);
}

TEST_CASE("a scan's opening leaves before its energies, and its closing after them") {
  Bench bench(plan(none, none));
  bench.add(FrameKind::sample, 0);
  bench.close();
  bench.pairing.take(ScanOpened{bench.scan});
  bench.add(FrameKind::sample, 1);
  std::vector<std::size_t> kinds;
  for (const Job& job : bench.jobs) kinds.push_back(job.index());
  CHECK(kinds == std::vector<std::size_t>{0, 1, 2, 0, 1});
}
