#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <random>

#include "pipeline/admission.hpp"
#include "tests/small_scan.hpp"

using namespace phasecast;
using namespace phasecast::test;
using namespace std::chrono_literals;

namespace {

/// Admission with a clock that the test moves.
struct Desk {
  Ledger ledger;
  std::vector<std::uint64_t> unmixed, late;
  std::vector<std::string> opened;
  std::vector<ScanClosed> closed;
  Admission::Time now{};
  Admission admission{AdmissionConfig{4, 2000ms, 3000ms, 60000ms}, ledger,
                      [this](Event event) { note(event); }};

  void note(const Event& event) {
    if (const auto* open = std::get_if<ScanOpened>(&event)) opened.push_back(open->scan->scan_id);
    if (const auto* frame = std::get_if<AdmittedFrame>(&event))
      (frame->late ? late : unmixed).push_back(frame->frame.header.sequence);
    if (const auto* close = std::get_if<ScanClosed>(&event)) closed.push_back(*close);
  }
  void start(const ScanStart& scan) { admission.on_scan_start(scan, now); }
  void frame(const ScanStart& scan, std::uint64_t sequence) {
    admission.on_frame(small_frame(scan, sequence), nullptr, now);
  }
  void frame(const Frame& frame) { admission.on_frame(frame, nullptr, now); }
  void end(const ScanStart& scan, std::uint64_t sent, ScanStatus status = ScanStatus::complete) {
    admission.on_scan_end({scan.scan_id, sent, status, "because"}, now);
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    admission.on_time(now);
  }
  Counters counters() const { return ledger.snapshot().counters; }
};

std::vector<std::uint64_t> first(std::uint64_t n) {
  std::vector<std::uint64_t> all(n);
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

}  // namespace

TEST_CASE("frames in order leave in order and the scan closes on count without a ScanEnd") {
  Desk desk;
  const auto scan = small_scan("a");
  desk.start(scan);
  for (std::uint64_t k = 0; k < 12; ++k) desk.frame(scan, k);
  CHECK(desk.unmixed == first(12));
  REQUIRE(desk.closed.size() == 1);
  CHECK(desk.closed[0].received == 12);
  CHECK(desk.closed[0].missing == 0);
  CHECK_FALSE(desk.closed[0].timed_out);
  CHECK_FALSE(desk.admission.deadline());
}

TEST_CASE("frames shuffled inside the window leave in order and none is late") {
  std::mt19937 random(GENERATE(1, 2, 3, 4, 5));
  Desk desk;
  const auto scan = small_scan("a", 98);
  std::vector<std::uint64_t> order = first(100);
  for (std::size_t k = 0; k + 4 <= order.size(); k += 4)
    std::shuffle(order.begin() + static_cast<std::ptrdiff_t>(k),
                 order.begin() + static_cast<std::ptrdiff_t>(k + 4), random);
  desk.start(scan);
  for (const auto k : order) desk.frame(scan, k);
  CHECK(desk.unmixed == first(100));
  CHECK(desk.counters().late == 0);
  CHECK(desk.closed.size() == 1);
}

TEST_CASE("a frame that comes twice counts once") {
  Desk desk;
  const auto scan = small_scan("a");
  desk.start(scan);
  for (std::uint64_t k = 0; k < 12; ++k) {
    desk.frame(scan, k);
    if (k < 11) desk.frame(scan, k);
  }
  desk.frame(scan, 11);  // after the scan has closed
  CHECK(desk.unmixed == first(12));
  CHECK(desk.counters().received == 12);
  CHECK(desk.counters().duplicate == 12);
}

TEST_CASE("a gap is given up when the window is full, and the frame that comes then is late") {
  Desk desk;
  const auto scan = small_scan("a");
  desk.start(scan);
  for (const std::uint64_t k : {0, 1, 3, 4, 5, 6}) desk.frame(scan, k);
  CHECK(desk.unmixed == first(2));  // four wait for frame 2
  desk.frame(scan, 7);
  CHECK(desk.unmixed == std::vector<std::uint64_t>{0, 1, 3, 4, 5, 6, 7});
  desk.frame(scan, 2);
  CHECK(desk.late == std::vector<std::uint64_t>{2});
  CHECK(desk.counters().late == 1);
  CHECK(desk.counters().received == 8);
}

TEST_CASE("a gap is given up when a later frame has waited long enough") {
  Desk desk;
  const auto scan = small_scan("a");
  desk.start(scan);
  desk.frame(scan, 1);
  REQUIRE(desk.admission.deadline() == desk.now + 2000ms);
  desk.pass(1999ms);
  CHECK(desk.unmixed.empty());
  desk.pass(1ms);
  CHECK(desk.unmixed == std::vector<std::uint64_t>{1});
}

TEST_CASE("a ScanEnd that overtakes the last frames does not close the scan") {
  Desk desk;
  const auto scan = small_scan("a");
  desk.start(scan);
  for (std::uint64_t k = 0; k < 9; ++k) desk.frame(scan, k);
  desk.end(scan, 12);
  CHECK(desk.closed.empty());
  for (std::uint64_t k = 9; k < 12; ++k) desk.frame(scan, k);
  REQUIRE(desk.closed.size() == 1);
  CHECK(desk.closed[0].missing == 0);
  CHECK(desk.unmixed == first(12));
}

TEST_CASE("after ScanEnd missing frames are waited for, then counted missing") {
  Desk desk;
  const auto scan = small_scan("a");
  desk.start(scan);
  for (std::uint64_t k = 0; k < 12; ++k)
    if (k != 4 && k != 11) desk.frame(scan, k);
  desk.end(scan, 12);
  desk.pass(2999ms);
  CHECK(desk.closed.empty());
  desk.pass(1ms);
  REQUIRE(desk.closed.size() == 1);
  CHECK(desk.closed[0].missing == 2);
  CHECK(desk.closed[0].end.status == ScanStatus::complete);
  CHECK(desk.counters().missing == 2);
  CHECK(desk.ledger.snapshot().errors.size() == 1);
}

TEST_CASE("a frame that comes after its scan has closed is late, not missing any more") {
  Desk desk;
  const auto scan = small_scan("a");
  desk.start(scan);
  for (std::uint64_t k = 0; k < 11; ++k) desk.frame(scan, k);
  desk.end(scan, 12);
  desk.pass(3000ms);
  CHECK(desk.counters().missing == 1);
  desk.frame(scan, 11);
  CHECK(desk.counters().missing == 0);
  CHECK(desk.counters().late == 1);
  CHECK(desk.late == std::vector<std::uint64_t>{11});
}

TEST_CASE("frames of a scan that was never announced are foreign") {
  Desk desk;
  const auto scan = small_scan("a"), other = small_scan("b");
  desk.start(scan);
  desk.frame(scan, 0);
  desk.frame(other, 0);
  desk.end(other, 12);
  CHECK(desk.counters().foreign == 2);
  CHECK(desk.counters().received == 1);
  CHECK(desk.closed.empty());
}

TEST_CASE("another series cannot take over while a scan is open") {
  Desk desk;
  const auto scan = small_scan("a");
  auto intruder = small_scan("b");
  intruder.series_id = "intruder";
  desk.start(scan);
  desk.frame(scan, 0);
  desk.start(intruder);
  desk.frame(intruder, 0);
  CHECK(desk.opened == std::vector<std::string>{"a"});
  CHECK(desk.counters().rejected.at("scan_open") == 1);
  CHECK(desk.counters().foreign == 1);
  for (std::uint64_t k = 1; k < 12; ++k) desk.frame(scan, k);
  CHECK(desk.unmixed == first(12));
}

TEST_CASE("the next scan of the series closes the one before, whose missing frames are counted") {
  Desk desk;
  const auto scan = small_scan("a"), next = small_scan("b");
  desk.start(scan);
  for (std::uint64_t k = 0; k < 10; ++k) desk.frame(scan, k);
  desk.ledger.update([](Status& status) { status.advice = Advice{.enough = true}; });
  desk.start(next);
  CHECK_FALSE(desk.ledger.snapshot().advice);  // that was of the scan before
  REQUIRE(desk.closed.size() == 1);
  CHECK(desk.closed[0].missing == 2);
  CHECK(desk.closed[0].timed_out);
  CHECK(desk.opened == std::vector<std::string>{"a", "b"});
}

TEST_CASE("an aborted scan closes on the count its ScanEnd states") {
  Desk desk;
  const auto scan = small_scan("a");
  desk.start(scan);
  for (std::uint64_t k = 0; k < 5; ++k) desk.frame(scan, k);
  desk.end(scan, 6, ScanStatus::aborted);
  CHECK(desk.closed.empty());
  desk.frame(scan, 5);
  REQUIRE(desk.closed.size() == 1);
  CHECK(desk.closed[0].end.status == ScanStatus::aborted);
  CHECK(desk.closed[0].end.reason == "because");
  CHECK(desk.counters().scans_aborted == 1);
  CHECK(desk.counters().missing == 0);
}

TEST_CASE("an operator's abort uses what was received and counts only the gaps as missing") {
  Desk desk;
  const auto scan = small_scan("a");
  desk.start(scan);
  for (const std::uint64_t k : {0, 1, 2, 4}) desk.frame(scan, k);
  desk.admission.abort("operator", desk.now);
  REQUIRE(desk.closed.size() == 1);
  CHECK(desk.closed[0].missing == 1);
  CHECK(desk.closed[0].end.status == ScanStatus::aborted);
  CHECK(desk.unmixed == std::vector<std::uint64_t>{0, 1, 2, 4});
}

TEST_CASE("a silent source closes its scan after the stall wait, as aborted") {
  Desk desk;
  const auto scan = small_scan("a");
  desk.start(scan);
  desk.frame(scan, 0);
  desk.pass(59999ms);
  CHECK(desk.closed.empty());
  desk.pass(1ms);
  REQUIRE(desk.closed.size() == 1);
  CHECK(desk.closed[0].timed_out);
  CHECK(desk.closed[0].end.status == ScanStatus::aborted);
  CHECK(desk.counters().scans_timed_out == 1);
  CHECK(desk.counters().missing == 11);
}

TEST_CASE("a frame that contradicts its scan's plan is rejected by cause and leaves no trace") {
  Desk desk;
  const auto scan = small_scan("a");
  desk.start(scan);
  auto bad = small_frame(scan, 3);
  std::string cause;
  SECTION("shape") {
    bad.header.shape = {5, 6};
    cause = "shape";
  }
  SECTION("pixel type") {
    bad.header.pixel_type = PixelType::float32;
    cause = "pixel_type";
  }
  SECTION("energy index") {
    bad.header.energy_index = 10;
    cause = "energy";
  }
  SECTION("energy") {
    bad.header.energy_set_ev += 0.5;
    cause = "energy";
  }
  SECTION("repeat") {
    bad.header.repeat = 1;
    cause = "repeats";
  }
  SECTION("sequence") {
    bad.header.sequence = 12;
    cause = "sequence";
  }
  SECTION("slot taken by another sequence") {
    desk.frame(scan, 4);
    bad = small_frame(scan, 4);
    bad.header.sequence = 3;
    cause = "slot";
  }
  desk.frame(bad);
  CHECK(desk.counters().rejected.at(cause) == 1);
  for (std::uint64_t k = 0; k < 12; ++k) desk.frame(scan, k);
  CHECK(desk.unmixed == first(12));
  CHECK(desk.counters().received == 12);
}

TEST_CASE("a ScanEnd that claims more frames than planned is rejected") {
  Desk desk;
  const auto scan = small_scan("a");
  desk.start(scan);
  desk.end(scan, 13);
  CHECK(desk.counters().rejected.at("frames_sent") == 1);
  CHECK(desk.closed.empty());
}

TEST_CASE("a ScanStart sent again changes nothing, and a used scan id opens nothing") {
  Desk desk;
  const auto scan = small_scan("a");
  desk.start(scan);
  desk.frame(scan, 0);
  desk.start(scan);
  CHECK(desk.opened.size() == 1);
  for (std::uint64_t k = 1; k < 12; ++k) desk.frame(scan, k);
  desk.start(scan);
  CHECK(desk.opened.size() == 1);
  CHECK(desk.counters().rejected.at("scan_id") == 1);
}

TEST_CASE("whatever loss, duplication and disorder: received + missing = sent, and no frame is used twice") {
  const unsigned seed = GENERATE(range(0u, 50u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  Desk desk;
  const auto scan = small_scan("a", 60);
  std::vector<std::uint64_t> sent;
  for (std::uint64_t k = 0; k < 62; ++k)
    for (unsigned copies = random() % 10 == 0 ? 0 : random() % 8 == 0 ? 2 : 1; copies > 0; --copies)
      sent.push_back(k);
  for (std::size_t k = 0; k + 1 < sent.size(); ++k)
    std::swap(sent[k], sent[std::min(sent.size() - 1, k + random() % 8)]);
  desk.start(scan);
  for (const auto k : sent) {
    desk.frame(scan, k);
    if (random() % 16 == 0) desk.pass(700ms);
  }
  desk.end(scan, 62);
  desk.pass(3000ms);
  const auto n = desk.counters();
  CHECK(n.received + n.missing == 62);
  CHECK(n.received + n.duplicate == sent.size());
  auto all = desk.unmixed;
  CHECK(std::is_sorted(all.begin(), all.end()));
  all.insert(all.end(), desk.late.begin(), desk.late.end());
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
  CHECK(all.size() == n.received);
}
