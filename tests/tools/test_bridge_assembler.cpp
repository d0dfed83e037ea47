#include <catch2/catch.hpp>

#include "tools/bridge/assembler.hpp"

using namespace phasecast;
using namespace phasecast::bridge;
using namespace std::chrono_literals;

namespace {

/// An assembler, what it sent, and a clock that stands still unless moved.
struct Bench {
  explicit Bench(AssemblerConfig config)
      : assembler(std::move(config), tally, [&](const Message& m) {
          if (const auto* start = std::get_if<ScanStart>(&m)) starts.push_back(*start);
          if (const auto* frame = std::get_if<Frame>(&m)) frames.push_back(frame->header);
          if (const auto* end = std::get_if<ScanEnd>(&m)) ends.push_back(*end);
        }) {}
  void frame(std::uint64_t number, std::optional<FrameKind> kind = {}, std::optional<double> energy = {}) {
    ForeignFrame f;
    f.number = number;
    f.kind = kind;
    f.energy_ev = energy;
    f.shape = {1, 2};
    f.pixels = PixelBuffer::take(std::vector<std::byte>(4));
    assembler.take(ForeignEvent(f), now);
  }
  void document(ForeignEvent event) { assembler.take_metadata(std::move(event), now); }
  std::vector<std::uint64_t> sequences() const {
    std::vector<std::uint64_t> all;
    for (const auto& header : frames) all.push_back(header.sequence);
    return all;
  }

  Tally tally;
  std::vector<ScanStart> starts;
  std::vector<FrameHeader> frames;
  std::vector<ScanEnd> ends;
  Assembler::Time now{};
  Assembler assembler;
};

/// One dark, one flat, three energies.
AssemblerConfig small() {
  AssemblerConfig config;
  config.plan.energies_ev = {8300, 8340, 8400};
  config.plan.darks = {CorrectionUse::shared, 1};
  config.plan.flats = {CorrectionUse::shared, 1};
  config.numbering.first = 0;
  return config;
}

using Sequences = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("frames take the slots of the stated order", "[bridge]") {
  AssemblerConfig config = small();
  config.plan.flats = {CorrectionUse::per_energy, 1};
  config.plan.order = *parse_order("flat,sample,dark");
  Bench bench(config);
  for (std::uint64_t k = 0; k < 7; ++k) bench.frame(k);
  REQUIRE(bench.frames.size() == 7);
  const FrameKind kinds[] = {FrameKind::flat, FrameKind::sample, FrameKind::flat, FrameKind::sample,
                             FrameKind::flat, FrameKind::sample, FrameKind::dark};
  for (std::size_t k = 0; k < 7; ++k) {
    CHECK(bench.frames[k].kind == kinds[k]);
    CHECK(bench.frames[k].energy_index == (k < 6 ? k / 2 : 0));
  }
  CHECK(bench.ends.size() == 1);
  CHECK(bench.ends[0].status == ScanStatus::complete);
  CHECK(bench.ends[0].frames_sent == 7);
}

TEST_CASE("a number that never came leaves its sequence out", "[bridge]") {
  Bench bench(small());
  for (const std::uint64_t k : {0, 1, 2, 4}) bench.frame(k);
  CHECK(bench.sequences() == Sequences{0, 1, 2, 4});
  CHECK(bench.frames.back().energy_index == 2);
  CHECK(bench.ends.empty());
  bench.frame(5);  // of the next scan, since five make one
  REQUIRE(bench.ends.size() == 1);
  CHECK(bench.ends[0].frames_sent == 5);
  CHECK(bench.tally.of("missing") == 1);
  CHECK(bench.starts.size() == 2);
  CHECK(bench.frames.back().sequence == 0);
}

TEST_CASE("a whole scan that was lost is not taken for another", "[bridge]") {
  Bench bench(small());
  bench.frame(0);
  bench.frame(12);
  CHECK(bench.starts.size() == 2);
  CHECK(bench.frames.back().sequence == 2);
}

TEST_CASE("numbers that begin again are another scan, in order or a few late", "[bridge]") {
  Bench bench(small());
  SECTION("with the first") {
    for (const std::uint64_t k : {0, 1, 2, 0}) bench.frame(k);
    CHECK(bench.starts.size() == 2);
    CHECK(bench.ends[0].status == ScanStatus::aborted);
    CHECK(bench.ends[0].frames_sent == 3);
    CHECK(bench.frames.back().sequence == 0);
  }
  SECTION("the first of which was lost: after two duplicates") {
    for (const std::uint64_t k : {0, 1, 2, 3, 1, 2, 3}) bench.frame(k);
    CHECK(bench.tally.of("rejected_duplicate") == 2);
    CHECK(bench.starts.size() == 2);
    CHECK(bench.frames.back().sequence == 3);
  }
  SECTION("below the first that was ever seen") {
    AssemblerConfig config = small();
    config.numbering.first.reset();
    Bench unknown(config);
    for (const std::uint64_t k : {417, 418, 3, 4}) unknown.frame(k);
    CHECK(unknown.starts.size() == 2);
    CHECK(unknown.sequences() == Sequences{0, 1, 0, 1});
  }
}

TEST_CASE("a duplicate and an overtaken frame are what they are", "[bridge]") {
  Bench bench(small());
  for (const std::uint64_t k : {0, 2, 1, 1, 3, 4}) bench.frame(k);
  CHECK(bench.sequences() == Sequences{0, 2, 1, 3, 4});
  CHECK(bench.tally.of("rejected_duplicate") == 1);
  CHECK(bench.ends.size() == 1);
}

TEST_CASE("kinds that each count for themselves find their places", "[bridge]") {
  AssemblerConfig config = small();
  config.numbering.per_kind = true;
  Bench bench(config);
  bench.frame(0, FrameKind::dark);
  bench.frame(1, FrameKind::sample);
  bench.frame(0, FrameKind::flat);
  bench.frame(2, FrameKind::sample);
  bench.frame(0, FrameKind::sample);
  CHECK(bench.sequences() == Sequences{0, 3, 1, 4, 2});
  CHECK(bench.ends.size() == 1);
  bench.frame(4, FrameKind::sample);  // the next scan's second
  CHECK(bench.starts.size() == 2);
  CHECK(bench.frames.back().sequence == 3);
}

TEST_CASE("what a frame says of its energy decides, in any order", "[bridge]") {
  Bench bench(small());
  bench.frame(0);
  bench.frame(1);
  bench.frame(2, FrameKind::sample, 8399.9);
  bench.frame(3, FrameKind::sample, 8300);
  REQUIRE(bench.frames.size() == 4);
  CHECK(bench.frames[2].energy_index == 2);
  CHECK(bench.frames[2].energy_set_ev == 8400);
  CHECK(bench.frames[2].energy_readback_ev == 8399.9);
  CHECK(bench.frames[3].energy_index == 0);
  SECTION("an energy that is not planned is refused") {
    bench.frame(4, FrameKind::sample, 8341);
    CHECK(bench.tally.of("rejected_energy") == 1);
  }
  SECTION("an energy once too often is refused") {
    bench.frame(4, FrameKind::sample, 8300);
    CHECK(bench.tally.of("rejected_plan") == 1);
  }
  CHECK(bench.tally.of("missing") == 1);
  CHECK(bench.ends.size() == 1);
}

TEST_CASE("a kind that contradicts the stated order is refused, not guessed", "[bridge]") {
  Bench bench(small());
  bench.frame(0, FrameKind::flat);
  CHECK(bench.frames.empty());
  CHECK(bench.tally.of("rejected_kind") == 1);
}

TEST_CASE("a plan that the pipeline would refuse is not sent, and said", "[bridge]") {
  AssemblerConfig config = small();
  config.series_id = "cell 7";  // no id: it has a space
  Bench bench(config);
  bench.frame(0);
  CHECK(bench.starts.empty());
  CHECK(bench.frames.empty());
  CHECK(bench.tally.of("rejected_scan_id") == 1);
}

TEST_CASE("without energies nothing is sent, and why is counted", "[bridge]") {
  AssemblerConfig config = small();
  config.plan.energies_ev.clear();
  Bench bench(config);
  bench.frame(0);
  CHECK(bench.starts.empty());
  CHECK(bench.tally.of("rejected_energies") == 1);
}

TEST_CASE("frames wait for their documents, whichever channel is first", "[bridge]") {
  AssemblerConfig config = small();
  config.plan.energies_ev.clear();
  config.metadata = Metadata::shots;
  Bench bench(config);
  const ForeignStart start{"run", {8300, 8340, 8400}, {}};
  bench.frame(0);
  CHECK(bench.starts.empty());
  bench.document(start);
  bench.document(Shot{0, FrameKind::dark, {}});
  CHECK(bench.sequences() == Sequences{0});
  bench.document(Shot{1, FrameKind::sample, 8340});
  bench.document(Shot{3, FrameKind::sample, 8300});  // 2 was lost
  for (const std::uint64_t k : {1, 2, 3}) bench.frame(k);
  CHECK(bench.sequences() == Sequences{0, 1, 3});
  CHECK(bench.tally.of("rejected_metadata") == 1);
  CHECK(bench.frames.back().energy_index == 0);
  bench.frame(4);
  CHECK(bench.sequences().size() == 3);
  SECTION("but not for ever") {
    bench.now += 11s;
    REQUIRE(bench.assembler.deadline());
    CHECK(*bench.assembler.deadline() <= bench.now);
    bench.assembler.on_time(bench.now);
    CHECK(bench.tally.of("rejected_metadata") == 2);
  }
  SECTION("the next run's documents wait until this one's frames are through") {
    bench.document(Shot{4, FrameKind::sample, 8400});
    CHECK(bench.sequences() == Sequences{0, 1, 3, 4});
    bench.document(Shot{5, FrameKind::dark, {}});
    bench.document(ForeignEnd{});
    bench.document(start);
    CHECK(bench.starts.size() == 1);
    bench.now += 11s;
    bench.assembler.on_time(bench.now);
    CHECK(bench.ends.size() == 1);
    bench.document(Shot{0, FrameKind::dark, {}});
    bench.frame(0);
    CHECK(bench.starts.size() == 2);
  }
}

TEST_CASE("numbers that go on over runs are those of the run that began", "[bridge]") {
  AssemblerConfig config = small();
  config.metadata = Metadata::boundaries;
  config.numbering.goes_on = true;
  Bench bench(config);
  const ForeignStart start{"run", {}, {}};
  SECTION("in one count, the first run ended early") {
    bench.document(start);
    for (std::uint64_t k = 0; k < 3; ++k) bench.frame(k);
    bench.document(ForeignEnd{ScanStatus::aborted, "the user's wish"});
    bench.now += 11s;
    bench.assembler.on_time(bench.now);
    bench.document(start);
    for (std::uint64_t k = 3; k < 8; ++k) bench.frame(k);
    CHECK(bench.sequences() == Sequences{0, 1, 2, 0, 1, 2, 3, 4});
  }
  SECTION("for each kind") {
    config.numbering.per_kind = true;
    Bench each(config);
    for (const std::uint64_t run : {0, 1}) {
      each.document(start);
      each.frame(run, FrameKind::dark);
      each.frame(run, FrameKind::flat);
      for (std::uint64_t k = 0; k < 3; ++k) each.frame(3 * run + k, FrameKind::sample);
      each.document(ForeignEnd{});
    }
    CHECK(each.sequences() == Sequences{0, 1, 2, 3, 4, 0, 1, 2, 3, 4});
  }
}

TEST_CASE("after an end that the source said, a higher number begins a scan, a lower one was overtaken",
          "[bridge]") {
  AssemblerConfig config = small();
  config.numbering.first.reset();
  Bench bench(config);
  for (const std::uint64_t k : {0, 1, 3}) bench.frame(k);
  bench.assembler.take(ForeignEvent(ForeignEnd{}), bench.now);
  bench.frame(2);
  CHECK(bench.starts.size() == 1);
  for (const std::uint64_t k : {4, 5}) bench.frame(k);
  CHECK(bench.starts.size() == 2);
  CHECK(bench.sequences() == Sequences{0, 1, 3, 2, 0, 1});
}

TEST_CASE("frames of a live view are none of the run that begins after them", "[bridge]") {
  AssemblerConfig config = small();
  config.metadata = Metadata::boundaries;
  config.numbering.first.reset();
  Bench bench(config);
  for (std::uint64_t k = 0; k < 100; ++k) {
    CHECK(bench.assembler.wants_frames());
    bench.frame(k);
  }
  bench.now += 2s;
  bench.frame(100);  // its first: the start document is a little later
  bench.document(ForeignStart{"run", {}, {}});
  for (std::uint64_t k = 101; k < 105; ++k) bench.frame(k);
  CHECK(bench.tally.of("rejected_metadata") == 100);
  CHECK(bench.sequences() == Sequences{0, 1, 2, 3, 4});
}

TEST_CASE("a bridge that was held up does not take its own delay for the source's", "[bridge]") {
  AssemblerConfig config = small();
  config.metadata = Metadata::shots;
  Bench bench(config);
  bench.document(ForeignStart{"run", {}, {}});
  for (const std::uint64_t k : {0, 1, 2}) bench.frame(k);
  bench.now += 20s;
  bench.document(Shot{0, FrameKind::dark, {}, {}});
  bench.assembler.on_time(bench.now);
  CHECK(bench.tally.of("rejected_metadata") == 0);
  bench.document(Shot{1, FrameKind::flat, {}, {}});
  bench.document(Shot{2, FrameKind::sample, 8300, {}});
  bench.document(ForeignEnd{});
  CHECK(bench.sequences() == Sequences{0, 1, 2});
}

TEST_CASE("events that name their frames find them whatever else was exposed, and the rest has no place",
          "[bridge]") {
  AssemblerConfig config = small();
  config.metadata = Metadata::numbered;
  Bench bench(config);
  bench.document(ForeignStart{"run", {}, {}});
  bench.frame(40);  // of a live view
  bench.document(Shot{0, FrameKind::dark, {}, 41});
  for (const std::uint64_t k : {41, 42, 43}) bench.frame(k);
  bench.document(Shot{1, FrameKind::flat, {}, 43});
  bench.document(Shot{2, FrameKind::sample, 8340, 45});
  for (const std::uint64_t k : {44, 45, 46}) bench.frame(k);
  bench.document(Shot{2, FrameKind::sample, 8340, 46});  // taken again
  bench.document(Shot{7, FrameKind::sample, 8300, 47});
  bench.frame(47);
  bench.document(ForeignEnd{});
  bench.frame(48);
  CHECK(bench.sequences() == Sequences{0, 1, 2});
  CHECK(bench.frames.back().energy_index == 1);
  CHECK(bench.tally.of("rejected_metadata") == 5);
  CHECK(bench.tally.of("rejected_duplicate") == 1);
}

TEST_CASE("no more frames are taken than may wait", "[bridge]") {
  AssemblerConfig config = small();
  config.metadata = Metadata::shots;
  Bench bench(config);
  bench.document(ForeignStart{"run", {}, {}});
  std::uint64_t taken = 0;
  while (bench.assembler.wants_frames()) bench.frame(taken++);
  CHECK(taken == 64);
}
