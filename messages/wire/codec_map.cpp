#include <algorithm>
#include <cmath>

#include "messages/wire/decoders.hpp"
#include "messages/wire/field_check.hpp"
#include "messages/wire/findings.hpp"
#include "messages/wire/header.hpp"
#include "messages/wire/limits.hpp"
#include "messages/wire/map_layers.hpp"

namespace phasecast {
namespace {

std::string map_name(const wire::PhaseMapHeader& header) {
  const auto number = header.has_map_number() ? std::optional(header.map_number()) : std::nullopt;
  return message_name("phase map", number, header.scan_id());
}

void fill_identity(wire::PhaseMapHeader& header, const PhaseMap& map) {
  header.set_version(protocol_version);
  header.set_series_id(map.series_id);
  header.set_scan_id(map.scan_id);
  header.set_scan_index(map.scan_index);
  header.set_map_number(map.map_number);
  header.set_last_sequence(map.last_sequence);
  header.set_final(map.final);
  if (map.final) header.set_scan_status(to_wire(scan_statuses, map.scan_status));
  header.mutable_energies_ev()->Add(map.energies_ev.begin(), map.energies_ev.end());
  header.mutable_energies_used()->Add(map.energies_used.begin(), map.energies_used.end());
  header.mutable_energies_carried()->Add(map.energies_carried.begin(), map.energies_carried.end());
  header.set_received_utc_ns(map.received_utc_ns);
  header.set_published_utc_ns(map.published_utc_ns);
  *header.mutable_shape() = to_wire(map.shape);
  header.set_pixel_size_um(map.pixel_size_um);
  for (const auto& state : map.states) header.add_states(state);
}

void fill_solution(wire::PhaseMapHeader& header, const PhaseMap& map) {
  header.set_method(map.method);
  header.set_iterations(map.iterations);
  if (!std::isnan(map.relative_error)) header.set_relative_error(map.relative_error);
  if (!std::isnan(map.map_change)) header.set_map_change(map.map_change);
  if (!std::isnan(map.map_distance)) header.set_map_distance(map.map_distance);
  header.set_converged(map.converged);
  if (!std::isnan(map.noise_sigma)) header.set_noise_sigma(map.noise_sigma);
  header.set_lambda(map.lambda);
  header.set_rho(map.rho);
  header.set_config_hash(map.config_hash);
  if (map.advice) fill(*header.mutable_advice(), *map.advice);
  if (map.reference_check) fill(*header.mutable_reference_check(), *map.reference_check);
}

/// Marks the energies `indices` name in `taken`; an energy has one origin.
std::vector<std::uint32_t> read_indices(FieldCheck& check, std::string_view field,
                                        const google::protobuf::RepeatedField<std::uint32_t>& indices,
                                        std::vector<bool>& taken) {
  for (const auto index : indices) {
    if (index >= taken.size() || taken[index]) {
      check.fault("energy", field, number_text(index),
                  "an index below " + number_text(taken.size()) + ", each used or carried once");
      return {};
    }
    taken[index] = true;
  }
  return {indices.begin(), indices.end()};
}

void read_identity(FieldCheck& check, const wire::PhaseMapHeader& header, PhaseMap& map) {
  map.scan_id = check.id("scan_id", header.scan_id());
  map.series_id = check.id("series_id", header.series_id());
  check.present("value", "scan_index", header.has_scan_index());
  map.scan_index = header.scan_index();
  check.present("value", "map_number", header.has_map_number());
  map.map_number = header.map_number();
  check.present("value", "last_sequence", header.has_last_sequence());
  map.last_sequence = check.range("value", "last_sequence", header.last_sequence(), std::uint64_t{0},
                                  limits::scan_frames - 1);
  check.present("value", "final", header.has_final());
  map.final = header.final();
  if (map.final) {
    map.scan_status = check.enumerator("value", "scan_status", scan_statuses, header.scan_status());
  }
  map.energies_ev = check.energies(header.energies_ev());
  std::vector<bool> taken(map.energies_ev.size());
  map.energies_used = read_indices(check, "energies_used", header.energies_used(), taken);
  map.energies_carried = read_indices(check, "energies_carried", header.energies_carried(), taken);
  map.received_utc_ns = check.instant("received_utc_ns", header.received_utc_ns());
  map.published_utc_ns = check.instant("published_utc_ns", header.published_utc_ns());
  map.shape = check.shape(header.shape());
  map.pixel_size_um = check.not_negative("pixel_size_um", header.pixel_size_um());
  map.states = check.states(header.states());
}

void read_solution(FieldCheck& check, const wire::PhaseMapHeader& header, PhaseMap& map) {
  map.method = check.name("method", header.method());
  check.present("value", "iterations", header.has_iterations());
  map.iterations = header.iterations();
  map.relative_error =
      check.known_or_nan("relative_error", header.has_relative_error(), header.relative_error());
  map.map_change = check.known_or_nan("map_change", header.has_map_change(), header.map_change());
  map.map_distance = check.known_or_nan("map_distance", header.has_map_distance(), header.map_distance());
  check.present("value", "converged", header.has_converged());
  map.converged = header.converged();
  map.noise_sigma = check.known_or_nan("noise_sigma", header.has_noise_sigma(), header.noise_sigma());
  map.lambda = check.not_negative("lambda", header.lambda());
  map.rho = check.not_negative("rho", header.rho());
  map.config_hash = check.text("config_hash", header.config_hash());
  if (header.has_advice()) map.advice = read_advice(check, header.advice());
  if (header.has_reference_check() && check.ok()) {
    map.reference_check =
        read_reference_check(check, header.reference_check(), map.states.size(), map.energies_ev.size());
  }
}

}  // namespace

Parts encode(const PhaseMap& message) {
  wire::PhaseMapHeader header;
  fill_identity(header, message);
  fill_solution(header, message);
  describe_layers(header, message);
  auto parts = topic_and_header(topic::phase_map, header);
  append_layers(parts, message);
  return parts;
}

Result<Message> decode_phase_map(const Parts& parts) {
  const auto read = read_header<wire::PhaseMapHeader>(parts, "phase map");
  if (!read) return read.error();
  FieldCheck check(map_name(*read));

  PhaseMap map;
  read_identity(check, *read, map);
  read_solution(check, *read, map);
  if (check.ok()) read_layers(check, *read, parts, map);
  if (!check.ok()) return check.error();
  return Message{std::move(map)};
}

}  // namespace phasecast
