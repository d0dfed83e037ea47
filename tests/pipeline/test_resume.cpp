#include <catch2/catch.hpp>

#include "pipeline/admission.hpp"
#include "tests/small_scan.hpp"

using namespace phasecast;
using namespace phasecast::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t planned = 12;

/// Admission after a restart, with a clock that the test moves.
struct Restarted {
  Ledger ledger;
  std::vector<Event> events;
  Admission::Time now{};
  Admission admission{AdmissionConfig{64, 2000ms, 3000ms, 60000ms}, ledger,
                      [this](Event event) { events.push_back(std::move(event)); }};

  /// Takes up a recording of these frames of scan "a".
  void resume(const std::vector<std::uint64_t>& sequences, std::optional<ScanEnd> end = std::nullopt) {
    RecordedScan recording;
    recording.start = small_scan("a");
    recording.end = std::move(end);
    admission.resume(std::make_shared<const RecordedScan>(recording), now);
    for (const std::uint64_t k : sequences)
      admission.on_frame(small_frame(recording.start, k), nullptr, now, true);
    admission.resumed(now);
  }
  void frame(std::uint64_t sequence) {
    admission.on_frame(small_frame(small_scan("a"), sequence), nullptr, now);
  }
  std::vector<std::uint64_t> left(bool recorded) const {
    std::vector<std::uint64_t> sequences;
    for (const Event& event : events)
      if (const auto* frame = std::get_if<AdmittedFrame>(&event); frame && frame->recorded == recorded)
        sequences.push_back(frame->frame.header.sequence);
    return sequences;
  }
  const ScanClosed* closed() const {
    return events.empty() ? nullptr : std::get_if<ScanClosed>(&events.back());
  }
  Counters counters() const { return ledger.snapshot().counters; }
};

std::vector<std::uint64_t> range(std::uint64_t first, std::uint64_t end) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t k = first; k < end; ++k) all.push_back(k);
  return all;
}

}  // namespace

TEST_CASE("a resumed scan goes on with the frames that are still to come") {
  Restarted desk;
  desk.resume(range(0, 5));
  CHECK(desk.admission.open_scan());
  desk.admission.on_scan_start(small_scan("a"), desk.now);  // the source does not know of the restart
  for (std::uint64_t k = 3; k < planned; ++k) desk.frame(k);
  CHECK(desk.left(true) == range(0, 5));
  CHECK(desk.left(false) == range(5, planned));
  REQUIRE(desk.closed());
  CHECK(desk.closed()->received == planned);
  CHECK(desk.closed()->missing == 0);
  CHECK(desk.counters().restored == 5);
  CHECK(desk.counters().received == planned);
  CHECK(desk.counters().duplicate == 2);
}

TEST_CASE("frames lost between the last one recorded and the restart leave a gap that is waited for") {
  Restarted desk;
  desk.resume(range(0, 5));
  desk.frame(8);
  CHECK(desk.left(false).empty());
  for (std::uint64_t k = 5; k < 8; ++k) desk.frame(k);
  CHECK(desk.left(false) == range(5, 9));
}

TEST_CASE("a resumed scan that had ended closes at once with its own end, complete or not") {
  const bool complete = GENERATE(true, false);
  Restarted desk;
  const std::uint64_t frames = complete ? planned : planned - 2;
  desk.resume(range(0, frames), ScanEnd{"a", planned, ScanStatus::complete, "as it was"});
  REQUIRE(desk.closed());
  CHECK(desk.closed()->missing == planned - frames);
  CHECK(desk.closed()->timed_out == !complete);
  CHECK(desk.counters().missing == planned - frames);
  CHECK_FALSE(desk.admission.open_scan());
  desk.admission.on_scan_start(small_scan("a"),
                               desk.now);  // sent again by a source that waits for its receipt
  CHECK_FALSE(desk.admission.open_scan());
}

TEST_CASE("a source with another series need not wait for a resumed scan whose source is silent") {
  Restarted desk;
  desk.resume(range(0, 5));
  ScanStart other = small_scan("b");
  other.series_id = "another";
  SECTION("nothing came of the old scan") {
    desk.admission.on_scan_start(other, desk.now);
    CHECK(desk.admission.open_scan()->scan_id == "b");
  }
  SECTION("its source went on with it") {
    desk.frame(5);
    desk.admission.on_scan_start(other, desk.now);
    CHECK(desk.admission.open_scan()->scan_id == "a");
  }
}

TEST_CASE("a resumed scan whose source never comes back is closed on silence") {
  Restarted desk;
  desk.resume(range(0, 5));
  desk.now += 60000ms;
  desk.admission.on_time(desk.now);
  REQUIRE(desk.closed());
  CHECK(desk.closed()->timed_out);
  CHECK(desk.closed()->received == 5);
}
