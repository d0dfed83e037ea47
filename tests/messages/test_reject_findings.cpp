#include <algorithm>
#include <cmath>

#include "random_messages.hpp"
#include "rejection.hpp"
#include "wire_bytes.hpp"

namespace phasecast::test {
namespace {

Status good_status() {
  Status status;
  status.drift = {{2, 0.1, -0.2, 1, 0.9, true}, {0, 1.5, 0.5, 1.001, 0.2, false}};
  status.advice = Advice{0.031, 0.028, 8351, 0.03, false};
  return status;
}

PhaseMap good_map() {
  RandomMessages random(17);
  auto map = random.phase_map();
  map.energies_ev = {8180, 8333, 8350};
  map.energies_used = {0, 1};
  map.energies_carried.clear();
  map.states.resize(1);
  map.fraction.resize(map.shape.pixels());
  map.uncertainty.resize(map.shape.pixels());
  map.advice = Advice{0.031, 0.028, 8351, 0.03, false};
  map.reference_check = ReferenceCheck{{1.5}, {0.1}, false, 4.2, {8180, 8333}, {0, -0.01}, true, {}};
  return map;
}

std::string without_field(const std::string& message, std::uint32_t field) {
  return bytes_of(without({{}, buffer_of(message)}, field)[1]);
}

/// The header's only entry of field `outer`, a message, put back without its field `inner`.
Parts without_inner(const Parts& parts, std::uint32_t outer, const std::string& entry, std::uint32_t inner) {
  return with_bytes(without(parts, outer), outer, without_field(entry, inner));
}

/// What a message's only entry of `field` is on the wire.
std::string entry_of(const Parts& parts, std::uint32_t field) {
  const auto whole = bytes_of(parts[1]), rest = bytes_of(without(parts, field)[1]);
  const auto start = static_cast<std::size_t>(
      std::mismatch(rest.begin(), rest.end(), whole.begin(), whole.end()).second - whole.begin());
  const std::size_t head = field < 16 ? 2 : 3;  // tag and length, of an entry below 128 bytes
  return whole.substr(start + head, whole.size() - rest.size() - head);
}

}  // namespace

TEST_CASE("drift outside the limits is rejected by cause and field") {
  check_rejected<Status>(
      good_status(),
      {
          {"drift.energy_index", "energy", [](auto& s) { s.drift[0].energy_index = 20'000; }},
          {"drift.energy_index", "energy", [](auto& s) { s.drift[1].energy_index = 2; }},
          {"drift.x", "value", [](auto& s) { s.drift[1].x = not_a_number; }},
          {"drift.x", "value", [](auto& s) { s.drift[1].x = 65'537; }},
          {"drift.y", "value", [](auto& s) { s.drift[1].y = -infinity; }},
          {"drift.magnification", "value", [](auto& s) { s.drift[0].magnification = 0; }},
          {"drift.magnification", "value", [](auto& s) { s.drift[0].magnification = 11; }},
          {"drift.magnification", "value", [](auto& s) { s.drift[0].magnification = not_a_number; }},
          {"drift.quality", "value", [](auto& s) { s.drift[0].quality = -0.1; }},
          {"drift.quality", "value", [](auto& s) { s.drift[0].quality = 1.1; }},
          {"drift.quality", "value", [](auto& s) { s.drift[0].quality = not_a_number; }},
      });
}

TEST_CASE("drift of more energies than a scan may have is rejected at the first too many") {
  auto status = good_status();
  status.drift.assign(20'000, status.drift[0]);
  for (std::uint32_t i = 0; i < 20'000; ++i) status.drift[i].energy_index = i;
  REQUIRE(decode(encode(status)).ok());
  status.drift.push_back(status.drift[0]);
  check_rejected(encode(status), "drift.energy_index", "energy");
}

TEST_CASE("advice outside the limits is rejected by cause and field") {
  const std::vector<Spoiled<Advice>> cases = {
      {"advice.uncertainty", "value", [](auto& a) { a.uncertainty = -1; }},
      {"advice.uncertainty_planned", "value", [](auto& a) { a.uncertainty_planned = infinity; }},
      {"advice.next_energy_ev", "energy", [](auto& a) { a.next_energy_ev = 0; }},
      {"advice.next_energy_ev", "energy", [](auto& a) { a.next_energy_ev = infinity; }},
      {"advice.uncertainty_next", "value", [](auto& a) { a.uncertainty_next = -0.1; }},
  };
  for (const auto& [field, cause, spoil] : cases) {
    const auto& change = spoil;
    check_rejected<Status>(good_status(), {{field, cause, [&](auto& s) { change(*s.advice); }}});
    check_rejected<PhaseMap>(good_map(), {{field, cause, [&](auto& m) { change(*m.advice); }}});
  }
}

TEST_CASE("a check of the references outside the limits is rejected by cause and field") {
  const std::string name = "reference_check.";
  check_rejected<PhaseMap>(
      good_map(),
      {
          {name + "shift_ev", "value", [](auto& m) { m.reference_check->shift_ev.clear(); }},
          {name + "shift_ev", "value", [](auto& m) { m.reference_check->shift_ev.push_back(0); }},
          {name + "shift_ev", "value", [](auto& m) { m.reference_check->shift_ev = {infinity}; }},
          {name + "shift_uncertainty_ev", "value",
           [](auto& m) { m.reference_check->shift_uncertainty_ev.clear(); }},
          {name + "shift_uncertainty_ev", "value",
           [](auto& m) { m.reference_check->shift_uncertainty_ev = {-0.1}; }},
          {name + "shift_uncertainty_ev", "value",
           [](auto& m) { m.reference_check->shift_uncertainty_ev = {not_a_number}; }},
          {name + "suggested", "value", [](auto& m) { m.reference_check->suggested = {1}; }},
          {name + "suggested", "value",
           [](auto& m) {
             m.reference_check->suggested = {1, infinity};
           }},
          {name + "residual_structure", "value", [](auto& m) { m.reference_check->residual_structure = -1; }},
          {name + "residual_ev", "energy", [](auto& m) { m.reference_check->residual_ev[1] = not_a_number; }},
          {name + "residual_ev", "energy", [](auto& m) { m.reference_check->residual_ev.assign(4, 8333); }},
          {name + "residual", "value", [](auto& m) { m.reference_check->residual.pop_back(); }},
          {name + "residual", "value", [](auto& m) { m.reference_check->residual[0] = infinity; }},
      });
}

TEST_CASE("drift, advice and a check of the references without a required field are rejected") {
  auto status = good_status();
  status.drift.resize(1);
  const auto sent = encode(status);
  const auto drift = entry_of(sent, 16), advice = entry_of(sent, 17);
  REQUIRE(decode(without_inner(sent, 16, drift, 99)).ok());
  REQUIRE(decode(without_inner(sent, 17, advice, 99)).ok());
  check_rejected(without_inner(sent, 16, drift, 1), "drift.energy_index", "energy");
  check_rejected(without_inner(sent, 16, drift, 2), "drift.x", "value");
  check_rejected(without_inner(sent, 16, drift, 3), "drift.y", "value");
  check_rejected(without_inner(sent, 16, drift, 4), "drift.magnification", "value");
  check_rejected(without_inner(sent, 16, drift, 5), "drift.quality", "value");
  check_rejected(without_inner(sent, 16, drift, 6), "drift.trusted", "value");
  check_rejected(without_inner(sent, 17, advice, 5), "advice.enough", "value");

  const auto map = encode(good_map());
  const auto found = entry_of(map, 29);
  REQUIRE(decode(without_inner(map, 29, found, 99)).ok());
  check_rejected(without_inner(map, 29, found, 1), "reference_check.shift_ev", "value");
  check_rejected(without_inner(map, 29, found, 2), "reference_check.shift_uncertainty_ev", "value");
  check_rejected(without_inner(map, 29, found, 3), "reference_check.shift_applied", "value");
  check_rejected(without_inner(map, 29, found, 7), "reference_check.structured", "value");
}

TEST_CASE("what advice and a check of the references do not know stays not known") {
  const auto sent = encode(good_map());
  const auto advice = entry_of(sent, 28), found = entry_of(sent, 29);
  for (const std::uint32_t field : {1u, 2u, 3u, 4u}) {
    const auto read = decode(without_inner(sent, 28, advice, field));
    REQUIRE(read.ok());
    const Advice& got = *std::get<PhaseMap>(*read).advice;
    const double values[] = {got.uncertainty, got.uncertainty_planned, got.next_energy_ev,
                             got.uncertainty_next};
    for (std::uint32_t k = 0; k < 4; ++k) CHECK(std::isnan(values[k]) == (k + 1 == field));
  }
  const auto read = decode(without_inner(sent, 29, found, 4));
  REQUIRE(read.ok());
  CHECK(std::isnan(std::get<PhaseMap>(*read).reference_check->residual_structure));
}

TEST_CASE("a shift that cannot be told is NaN, its uncertainty may be infinite") {
  auto map = good_map();
  map.reference_check->shift_ev = {not_a_number};
  map.reference_check->shift_uncertainty_ev = {infinity};
  const auto read = decode(encode(map));
  REQUIRE(read.ok());
  CHECK(std::isnan(std::get<PhaseMap>(*read).reference_check->shift_ev[0]));
  CHECK(std::isinf(std::get<PhaseMap>(*read).reference_check->shift_uncertainty_ev[0]));
}

}  // namespace phasecast::test
