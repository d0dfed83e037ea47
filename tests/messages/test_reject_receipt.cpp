#include "rejection.hpp"
#include "wire_bytes.hpp"

namespace phasecast::test {

TEST_CASE("a request for a receipt without a scan is rejected, another's scan is not looked at") {
  check_rejected<ControlRequest>({ControlCommand::get_receipt, {}, "scan"},
                                 {
                                     {"scan_id", "scan_id", [](auto& r) { r.scan_id = ""; }},
                                     {"scan_id", "scan_id", [](auto& r) { r.scan_id = "../etc"; }},
                                 });
  const auto other = decode(encode(ControlRequest{ControlCommand::get_map, {}, "scan"}));
  REQUIRE(other.ok());
  CHECK(std::get<ControlRequest>(*other).scan_id.empty());
}

TEST_CASE("a receipt whose runs are empty, out of order, touching or beyond any scan is rejected") {
  check_rejected<Receipt>({"scan", false, {{0, 3}, {5, 2}}},
                          {
                              {"scan_id", "scan_id", [](auto& r) { r.scan_id = ""; }},
                              {"recorded.first", "value", [](auto& r) { r.recorded[1].first = 3; }},
                              {"recorded.first", "value", [](auto& r) { r.recorded[1].first = 10'000'000; }},
                              {"recorded.count", "value", [](auto& r) { r.recorded[0].count = 0; }},
                              {"recorded.count", "value", [](auto& r) { r.recorded[1].count = 10'000'000; }},
                          });
  check_rejected(without(encode(Receipt{"scan", false, {}}), 3), "closed", "value");
}

}  // namespace phasecast::test
