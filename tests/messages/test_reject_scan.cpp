#include "random_messages.hpp"
#include "rejection.hpp"
#include "wire_bytes.hpp"

namespace phasecast::test {
namespace {

ScanStart good_start() {
  RandomMessages random(11);
  auto start = random.scan_start();
  start.scan_id = "ab12";
  start.flats = {CorrectionUse::per_energy, 2};
  return start;
}

const ScanEnd good_end{"ab12", 7, ScanStatus::aborted, "beam lost"};

}  // namespace

TEST_CASE("a scan start outside the limits is rejected by cause and field") {
  check_rejected<ScanStart>(
      good_start(), {
                        {"version", "version", [](auto& s) { s.version = 2; }},
                        {"version", "version", [](auto& s) { s.version = 0; }},
                        {"source", "value", [](auto& s) { s.source = long_text; }},
                        {"source", "value", [](auto& s) { s.source = "\x1b[31mred"; }},
                        {"energies_ev", "energy", [](auto& s) { s.energies_ev.clear(); }},
                        {"energies_ev", "energy", [](auto& s) { s.energies_ev.assign(20'001, 8333.0); }},
                        {"energies_ev", "energy", [](auto& s) { s.energies_ev.back() = not_a_number; }},
                        {"energies_ev", "energy", [](auto& s) { s.energies_ev.back() = infinity; }},
                        {"energies_ev", "energy", [](auto& s) { s.energies_ev.back() = 0; }},
                        {"energies_ev", "energy", [](auto& s) { s.energies_ev.back() = -8333; }},
                        {"energies_ev", "energy", [](auto& s) { s.energies_ev.back() = 1e7; }},
                        {"shape.height", "shape", [](auto& s) { s.shape.height = 0; }},
                        {"shape.height", "shape", [](auto& s) { s.shape.height = 65'537; }},
                        {"shape.width", "shape", [](auto& s) { s.shape.width = -1; }},
                        {"shape", "shape",
                         [](auto& s) {
                           s.shape = {65'536, 16'385};
                         }},
                        {"pixel_type", "pixel_type", [](auto& s) { s.pixel_type = PixelType{5}; }},
                        {"pixel_size_um", "value", [](auto& s) { s.pixel_size_um = not_a_number; }},
                        {"pixel_size_um", "value", [](auto& s) { s.pixel_size_um = -0.04; }},
                        {"edge", "value", [](auto& s) { s.edge = long_text; }},
                        {"signal", "value", [](auto& s) { s.signal = Signal{3}; }},
                        {"darks", "repeats", [](auto& s) { s.darks.use = CorrectionUse{3}; }},
                        {"flats", "repeats", [](auto& s) { s.flats.repeats = 0; }},
                        {"flats", "repeats", [](auto& s) { s.flats.repeats = 10'001; }},
                        {"sample_repeats", "repeats", [](auto& s) { s.sample_repeats = 0; }},
                        {"sample_repeats", "repeats", [](auto& s) { s.sample_repeats = 10'001; }},
                        {"planned frames", "repeats",
                         [](auto& s) {
                           s.energies_ev.assign(20'000, 8333.0);
                           s.sample_repeats = 500;
                         }},
                        {"start_utc_ns", "value", [](auto& s) { s.start_utc_ns = -1; }},
                        {"metadata", "value", [](auto& s) { s.metadata["potential_V"] = long_text; }},
                        {"metadata", "value", [](auto& s) { s.metadata[long_text] = "4.1"; }},
                        {"metadata", "value", [](auto& s) { s.metadata[""] = "4.1"; }},
                        {"metadata", "value",
                         [](auto& s) {
                           for (int i = 0; i < 1001; ++i) s.metadata[std::to_string(i)] = "";
                         }},
                    });
}

TEST_CASE("an id that should not become part of a file name is rejected") {
  for (const auto& id : bad_ids) {
    check_rejected<ScanStart>(good_start(), {{"scan_id", "scan_id", [&](auto& s) { s.scan_id = id; }},
                                             {"series_id", "scan_id", [&](auto& s) { s.series_id = id; }}});
    check_rejected<ScanEnd>(good_end, {{"scan_id", "scan_id", [&](auto& e) { e.scan_id = id; }}});
  }
}

TEST_CASE("a scan end outside the limits is rejected by cause and field") {
  check_rejected<ScanEnd>(good_end, {{"frames_sent", "value", [](auto& e) { e.frames_sent = 10'000'001; }},
                                     {"status", "value", [](auto& e) { e.status = ScanStatus{2}; }},
                                     {"reason", "value", [](auto& e) { e.reason = long_text; }}});
}

TEST_CASE("a scan start or end without a required field is rejected") {
  const auto start = encode(good_start());
  check_rejected(without(start, 1), "version", "version");
  check_rejected(without(start, 3), "series_id", "scan_id");
  check_rejected(without(start, 4), "scan_id", "scan_id");
  check_rejected(without(start, 5), "scan_index", "value");
  check_rejected(without(start, 6), "energies_ev", "energy");
  check_rejected(without(start, 7), "shape.height", "shape");
  check_rejected(without(start, 8), "pixel_type", "pixel_type");
  check_rejected(without(start, 11), "signal", "value");
  check_rejected(without(start, 12), "darks", "repeats");
  check_rejected(without(start, 13), "flats", "repeats");
  check_rejected(without(start, 14), "sample_repeats", "repeats");

  const auto end = encode(good_end);
  check_rejected(without(end, 1), "version", "version");
  check_rejected(without(end, 2), "scan_id", "scan_id");
  check_rejected(without(end, 3), "frames_sent", "value");
  check_rejected(without(end, 4), "status", "value");
}

TEST_CASE("a scan without corrections need not say how often they repeat") {
  auto start = good_start();
  start.darks = start.flats = {CorrectionUse::none, 0};
  CHECK(decode(encode(start)).ok());
}

TEST_CASE("a rejection names the message, the field, the value and what would be right") {
  auto start = good_start();
  start.energies_ev = {8333, -1};
  const auto result = decode(encode(start));
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().text() ==
        "scan start of scan ab12: field energies_ev is '-1', expected eV above 0 and below 1e+07 [energy]");

  start.scan_id = "../../\x1b" + std::string(100, 'x');
  CHECK(decode(encode(start)).error().text() ==
        "scan start: field scan_id is '../../?" + std::string(57, 'x') +
            "...', expected 1 to 64 of A-Z a-z 0-9 _ . -, not beginning with . or - [scan_id]");
}

}  // namespace phasecast::test
