#include "random_messages.hpp"
#include "rejection.hpp"
#include "wire_bytes.hpp"

namespace phasecast::test {
namespace {

Status good_status() {
  RandomMessages random(14);
  auto status = random.status();
  status.energies_planned = 117;
  status.energies_received = 117;
  return status;
}

template <class Map>
void overfill(Map& map) {
  for (int i = 0; i < 1001; ++i) map[std::to_string(i)] = 1;
}

}  // namespace

TEST_CASE("a status outside the limits is rejected by cause and field") {
  check_rejected<Status>(
      good_status(), {
                         {"state", "value", [](auto& s) { s.state = PipelineState{4}; }},
                         {"scan_id", "scan_id", [](auto& s) { s.scan_id = "a/b"; }},
                         {"energies_planned", "energy", [](auto& s) { s.energies_planned = 20'001; }},
                         {"energies_received", "energy", [](auto& s) { s.energies_received = 118; }},
                         {"counters.rejected", "value", [](auto& s) { overfill(s.counters.rejected); }},
                         {"counters.rejected", "value", [](auto& s) { s.counters.rejected[long_text] = 1; }},
                         {"counters.refused", "value", [](auto& s) { overfill(s.counters.refused); }},
                         {"queue_depths", "value", [](auto& s) { overfill(s.queue_depths); }},
                         {"queue_depths", "value", [](auto& s) { s.queue_depths[""] = 1; }},
                         {"frames_per_second", "value", [](auto& s) { s.frames_per_second = not_a_number; }},
                         {"latency_p50_ms", "value", [](auto& s) { s.latency_p50_ms = infinity; }},
                         {"latency_p95_ms", "value", [](auto& s) { s.latency_p95_ms = -1; }},
                         {"errors", "value", [](auto& s) { s.errors.assign(1001, "disk full"); }},
                         {"errors", "value", [](auto& s) { s.errors = {long_text}; }},
                         {"note", "value", [](auto& s) { s.note = std::string("a\0b", 3); }},
                         {"published_utc_ns", "value", [](auto& s) { s.published_utc_ns = -1; }},
                     });
}

TEST_CASE("a status or control message without a required field is rejected") {
  const auto status = encode(good_status());
  check_rejected(without(status, 1), "version", "version");
  check_rejected(without(status, 2), "state", "value");
  check_rejected(without(status, 7), "counters", "value");

  const auto request = encode(ControlRequest{ControlCommand::stop});
  check_rejected(without(request, 1), "version", "version");
  check_rejected(without(request, 2), "command", "value");

  const auto reply = encode(ControlReply{true, "stopping"});
  check_rejected(without(reply, 1), "version", "version");
  check_rejected(without(reply, 2), "ok", "value");
}

TEST_CASE("a control message outside the limits is rejected by cause and field") {
  check_rejected<ControlRequest>({}, {{"command", "value", [](auto& r) { r.command = ControlCommand{8}; }}});
  check_rejected<ControlReply>({}, {{"text", "value", [](auto& r) { r.text = long_text; }}});
}

TEST_CASE("a message with an unknown topic or another number of parts is rejected") {
  RandomMessages random(15);
  check_rejected(Parts{}, "parts", "part_count");
  for (const auto& good : one_of_each(random)) {
    auto parts = good;
    parts.push_back(buffer_of("more"));
    check_rejected(parts, "parts", "part_count");
    check_rejected(Parts{good[0]}, "parts", "part_count");

    parts = good;
    parts[0] = buffer_of(bytes_of(good[0]) + " ");
    check_rejected(parts, "topic", "topic");
    parts[0] = {};
    check_rejected(parts, "topic", "topic");
  }
}

TEST_CASE("a header that is not protobuf, not UTF-8 or over 4 MiB is rejected") {
  RandomMessages random(16);
  for (const auto& good : one_of_each(random)) {
    auto parts = good;
    parts[1] = buffer_of("\xff\xff\xff");
    check_rejected(parts, "header", "header");
    parts[1] = {};
    check_rejected(parts, "version", "version");

    constexpr std::uint32_t unknown_field = 100;
    const auto most = (4u << 20) - good[1].bytes.size() - 6;
    CHECK(decode(with_bytes(good, unknown_field, std::string(most, '.'))).ok());
    check_rejected(with_bytes(good, unknown_field, std::string(most + 1, '.')), "header", "header");
  }
  check_rejected(with_bytes(encode(ControlReply{true, ""}), 3, "\xff"), "header", "header");
}

}  // namespace phasecast::test
