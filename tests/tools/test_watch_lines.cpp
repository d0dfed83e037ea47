#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/tools/example_map.hpp"
#include "tools/watch/half_blocks.hpp"
#include "tools/watch/lines.hpp"
#include "tools/watch/screen.hpp"

namespace phasecast {
namespace {

std::string without_colors(const std::string& line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::size_t end = line.find_first_not_of("0123456789;", i + 2);
    const bool color = line.compare(i, 2, "\x1b[") == 0 && end != std::string::npos && line[end] == 'm';
    if (color) {
      i = end;
    } else {
      text += line[i];
    }
  }
  return text;
}

std::size_t visible_columns(const std::string& line) {
  const std::string text = without_colors(line);
  return std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; });
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += without_colors(line) + "\n";
  return text;
}

/// Every number as large and every text as long as it may come.
View extreme_view() {
  constexpr auto many = std::numeric_limits<std::uint64_t>::max();
  Status status;
  status.state = PipelineState::scanning;
  status.scan_index = status.energies_planned = status.energies_received =
      std::numeric_limits<std::uint32_t>::max();
  Counters& c = status.counters;
  for (auto* counter :
       {&c.received, &c.recorded, &c.used, &c.duplicate, &c.late, &c.missing, &c.foreign, &c.unpaired,
        &c.scans_started, &c.scans_closed, &c.scans_aborted, &c.scans_timed_out, &c.repaired_pixels,
        &c.maps_provisional, &c.maps_final, &c.viewer_drops, &c.unregistered}) {
    *counter = many;
  }
  c.rejected = {{"crc", many}, {"pixel_type", many}, {std::string(200, 'x'), many}};
  status.queue_depths = {{"hold", many}, {"record", many}, {"reorder", many}, {"unmix", many}};
  status.frames_per_second = status.latency_p50_ms = status.latency_p95_ms = 1e12;
  status.errors = {"recorder: " + std::string(300, 'e'), "µ-Zeichen äöü \x1b[31m und Steuerzeichen"};
  status.note =
      "waiting for a ScanStart from the detector and for nothing else that one could think of at this time";
  status.drift = {{0, -65'536, 65'536, 10, 1, true}, {1, 0, 0, 1, 0, false}};
  status.advice = Advice{1e12, 1e300, 9'999'999, 1e12, true};
  View view;
  view.endpoint = "tcp://" + std::string(200, 'h') + ":5555";
  view.status = status;
  PhaseMap map = example_map({96, 128}, 40);
  map.states = {"Zustand-ä" + std::string(100, 'n'), "LiNiO2"};
  map.method = std::string(120, 'm');
  map.reference_check = ReferenceCheck{{1e12, -1e12}, {1e9, 1e9}, false, 1e12, {}, {}, true, {}};
  map.map_number = many;
  view.map = std::make_shared<const PhaseMap>(map);
  view.undecodable = 12;
  view.truth_lines = {"truth scan 0 failed \"" + std::string(200, 't') + "\""};
  return view;
}

}  // namespace

TEST_CASE("a map's line says what the map is worth, in words a program can split") {
  CHECK(map_line(example_map({6, 8}, 5)) ==
        "map 57 scan 3 final energies 2/4 carried 1 missing 1 iterations 35 distance 0.0009 converged yes "
        "noise 0.021 "
        "masked 5/48 latency_ms 41.2 method rum-tv scan_id 0b7f9a2e-6a1d-4c2e-9a3f-d2a6f3c0ffee ended "
        "complete");
  PhaseMap provisional = example_map();
  provisional.final = false;
  CHECK_THAT(map_line(provisional), Catch::StartsWith("map 57 scan 3 provisional energies 2/4"));
  PhaseMap aborted = example_map();
  aborted.scan_status = ScanStatus::aborted;
  CHECK_THAT(map_line(aborted), Catch::EndsWith("ended aborted"));
}

TEST_CASE("a status line has every counter, rejections by cause, queues, errors and the note") {
  Status status;
  status.state = PipelineState::solving;
  status.energies_received = 40;
  status.energies_planned = 117;
  status.counters.received = 41;
  status.counters.rejected = {{"crc", 3}};
  status.counters.refused = {{"maps", 2}};
  status.queue_depths = {{"record", 2}};
  status.latency_p50_ms = std::numeric_limits<double>::quiet_NaN();
  status.errors = {"disk \"full\""};
  status.note = "waiting";
  CHECK(
      status_line(status) ==
      "status solving scan 0 energies 40/117 received 41 recorded 0 used 0 duplicate 0 late 0 missing 0 "
      "foreign 0 "
      "unpaired 0 unregistered 0 rejected.crc 3 refused.maps 2 queue.record 2 scans_started 0 scans_closed 0 "
      "scans_aborted 0 "
      "scans_timed_out 0 "
      "repaired_pixels 0 maps_provisional 0 maps_final 0 viewer_drops 0 recorder_lag 0 fps 0.0 "
      "latency_p50_ms nan "
      "latency_p95_ms 0.0 error \"disk 'full'\" note \"waiting\"");
}

TEST_CASE("a status line has the newest drift that was applied, and what more energies would bring") {
  Status status;
  status.drift = {{0, 0.5, -0.25, 1, 0.9, true}, {1, 99, 99, 1, 0.1, false}};
  status.advice = Advice{0.031, 0.028, 8351.5, 0.03, false};
  CHECK_THAT(status_line(status),
             Catch::EndsWith(" drift_x 0.50 drift_y -0.25 drift_flagged 1 uncertainty 0.031 "
                             "uncertainty_planned 0.028 next_ev 8351.50 enough no"));
}

TEST_CASE("a map's line has what the scan says about its references, a value per state in one word") {
  PhaseMap map = example_map();
  map.reference_check = ReferenceCheck{{1.5, -0.02}, {0.1, 0.08}, false, 4.2, {}, {}, true, {}};
  CHECK_THAT(map_line(map), Catch::EndsWith(" shift_ev 1.5,-0.02 shift_uncertainty_ev 0.1,0.08 shift_applied "
                                            "no residual_structure 4.2 structured yes ended complete"));
}

TEST_CASE("text from elsewhere cannot steer the terminal or break a line") {
  CHECK(printable("a\nb\x1b[2Jc\td\x7f") == "a?b?[2Jc?d?");
  CHECK(printable("\xC2\x9B"
                  "31m µm \xC2\xA0") == "?31m µm \xC2\xA0");
  CHECK(printable("say \"x\"") == "say 'x'");
}

TEST_CASE("frames that go well are no news, anything else is") {
  Status before;
  Status now = before;
  now.counters.received = now.counters.recorded = now.counters.used = 5;
  now.frames_per_second = 3;
  now.queue_depths = {{"record", 1}};
  CHECK_FALSE(tells_news(before, now));
  auto is_news = [&](auto change) {
    Status changed = before;
    change(changed);
    return tells_news(before, changed);
  };
  CHECK(is_news([](Status& s) { s.state = PipelineState::scanning; }));
  CHECK(is_news([](Status& s) { s.counters.late = 1; }));
  CHECK(is_news([](Status& s) { s.counters.missing = 1; }));
  CHECK(is_news([](Status& s) { s.counters.rejected["crc"] = 1; }));
  CHECK(is_news([](Status& s) { s.counters.refused["maps"] = 1; }));
  CHECK(is_news([](Status& s) { s.errors.push_back("disk"); }));
  CHECK(is_news([](Status& s) { s.note = "waiting"; }));
  CHECK(is_news([](Status& s) { s.counters.unregistered = 1; }));
  CHECK(is_news([](Status& s) { s.advice = Advice{0.03, 0.03, 8351, 0.03, true}; }));
  CHECK_FALSE(is_news([](Status& s) { s.advice = Advice{0.03, 0.02, 8351, 0.03, false}; }));
}

TEST_CASE("the screen never exceeds its columns and rows, however large the numbers") {
  for (const auto& [columns, rows] : {std::pair{80, 24}, {80, 48}, {40, 10}, {20, 3}, {80, 1}}) {
    const std::vector<std::string> lines = screen_lines(extreme_view(), columns, rows);
    CHECK(lines.size() <= static_cast<std::size_t>(rows));
    for (const std::string& line : lines) {
      CAPTURE(columns, without_colors(line));
      CHECK(visible_columns(line) <= static_cast<std::size_t>(columns));
    }
  }
}

TEST_CASE("nothing but colors steers the terminal from inside a screen line") {
  for (const std::string& line : screen_lines(extreme_view(), 80, 48)) {
    CHECK(without_colors(line).find('\x1b') == std::string::npos);
  }
}

TEST_CASE("the screen tells state, counters, trust and how to read the colors") {
  View view;
  view.endpoint = "tcp://127.0.0.1:5556";
  view.link = Link::connected;
  view.status.emplace();
  view.status->state = PipelineState::scanning;
  view.status->counters.received = 41;
  view.status->counters.missing = 2;
  view.status->counters.rejected = {{"crc", 3}};
  view.status->counters.refused = {{"maps", 12}};
  view.status->latency_p50_ms = std::numeric_limits<double>::quiet_NaN();
  view.status->errors = {"disk full"};
  view.map = std::make_shared<const PhaseMap>(example_map());
  const std::vector<std::string> lines = screen_lines(view, 80, 48);
  const std::string text = joined(lines);
  for (const char* expected :
       {"connected to tcp://127.0.0.1:5556", "scanning", "received 41", "missing 2", "rejected crc 3",
        "maps 12", "latency p50 - p95 0 ms", "disk full", " FINAL ", "scan 3 map 57",
        "energies: 2 used, 1 carried, 1 missing", "35 iterations", "distance 0.0009", "noise 0.021",
        "latency 41 ms", "■ NiO", "■ LiNiO2", "■ masked"}) {
    CAPTURE(expected);
    CHECK(text.find(expected) != std::string::npos);
  }
  std::string colored;
  for (const std::string& line : lines) colored += line + "\n";
  CHECK(colored.find("\x1b[1;31mdisk\x1b[0m") != std::string::npos);
  CHECK(colored.find("\x1b[1;31mmissing 2\x1b[0m") != std::string::npos);
}

TEST_CASE(
    "the screen tells drift, advice and references that are wrong, and nothing of them where there is none") {
  View view;
  view.status.emplace();
  view.map = std::make_shared<const PhaseMap>(example_map());
  const std::string before = joined(screen_lines(view, 80, 48));
  for (const char* absent : {"drift", "px", "±", "unregistered", "seems", "residual"}) {
    CAPTURE(absent);
    CHECK(before.find(absent) == std::string::npos);
  }
  view.status->energies_planned = 117;
  view.status->drift = {{0, 1.25, -0.4, 1.002, 0.9, true}, {1, 9, 9, 1, 0.1, false}};
  view.status->advice = Advice{0.031, 0.028, 8351, 0.03, false};
  view.status->counters.unregistered = 1;
  PhaseMap map = example_map();
  map.reference_check = ReferenceCheck{{1.5, 0.1}, {0.1, 0.1}, false, 4.2, {}, {}, true, {}};
  view.map = std::make_shared<const PhaseMap>(map);
  const std::string text = joined(screen_lines(view, 80, 48));
  for (const char* expected :
       {"drift +1.2 -0.4 px, magnification 1.0020; 1 of 2 flagged", "unregistered 1",
        "±3.1 % now, ±2.8 % with all 117; next 8351.0 eV, ±3.0 %", "NiO seems 1.5 ± 0.1 eV too low",
        "residual 4.2 times the noise: a reference is wrong or missing"}) {
    CAPTURE(expected);
    CHECK(text.find(expected) != std::string::npos);
  }
}

TEST_CASE("a waiting screen says what it waits for") {
  View view;
  view.endpoint = "tcp://127.0.0.1:5556";
  CHECK_THAT(joined(screen_lines(view, 80, 24)),
             Catch::Contains("no pipeline answers at tcp://127.0.0.1:5556 yet"));
  view.link = Link::silent;
  CHECK_THAT(joined(screen_lines(view, 80, 24)), Catch::Contains("nothing has come for 3 s"));
}

TEST_CASE("half blocks put two rows of pixels into one line") {
  Image<Rgb> image({3, 2});
  image.values = {{1, 2, 3}, {1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {10, 11, 12}, {10, 11, 12}};
  CHECK(half_blocks(image) == std::vector<std::string>{
                                  "\x1b[38;2;1;2;3m\x1b[48;2;4;5;6m▀\x1b[48;2;7;8;9m▀\x1b[0m",
                                  "\x1b[38;2;10;11;12m▀▀\x1b[0m",
                              });
}

TEST_CASE("a map is shrunk by a whole factor until it fits the characters given") {
  const auto lines = map_in_characters(example_map({192, 256}), 80, 12);  // 24 pixel rows: every 8th
  REQUIRE(lines.size() == 12);
  CHECK(visible_columns(lines.front()) == 32);
}

}  // namespace phasecast
