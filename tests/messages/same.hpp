#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>

#include "messages/wire/codec.hpp"

/// Field by field, NaN equal to NaN; payloads bit for bit.
namespace phasecast::test {

inline bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

inline bool same(const ScanStart& a, const ScanStart& b) {
  return a.version == b.version && a.source == b.source && a.series_id == b.series_id &&
         a.scan_id == b.scan_id && a.scan_index == b.scan_index && a.energies_ev == b.energies_ev &&
         a.shape == b.shape && a.pixel_type == b.pixel_type && a.pixel_size_um == b.pixel_size_um &&
         a.edge == b.edge && a.signal == b.signal && a.darks == b.darks && a.flats == b.flats &&
         a.sample_repeats == b.sample_repeats && a.start_utc_ns == b.start_utc_ns && a.metadata == b.metadata;
}

/// All but byte_count and crc32c, which encode() fills in, and the time of arrival.
inline bool same(const Frame& x, const Frame& y) {
  const auto &a = x.header, &b = y.header;
  return a.scan_id == b.scan_id && a.sequence == b.sequence && a.kind == b.kind &&
         a.energy_index == b.energy_index && a.energy_set_ev == b.energy_set_ev &&
         same(a.energy_readback_ev, b.energy_readback_ev) && a.repeat == b.repeat && a.shape == b.shape &&
         a.pixel_type == b.pixel_type && a.exposure_s == b.exposure_s && a.start_utc_ns == b.start_utc_ns &&
         same(a.i0, b.i0) && std::ranges::equal(x.pixels.bytes, y.pixels.bytes);
}

inline bool same(const ScanEnd& a, const ScanEnd& b) {
  return a.scan_id == b.scan_id && a.frames_sent == b.frames_sent && a.status == b.status &&
         a.reason == b.reason;
}

inline bool same(const Drift& a, const Drift& b) {
  return a.energy_index == b.energy_index && a.x == b.x && a.y == b.y && a.magnification == b.magnification &&
         a.quality == b.quality && a.trusted == b.trusted;
}

inline bool same(const std::optional<Advice>& a, const std::optional<Advice>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return same(a->uncertainty, b->uncertainty) && same(a->uncertainty_planned, b->uncertainty_planned) &&
         same(a->next_energy_ev, b->next_energy_ev) && same(a->uncertainty_next, b->uncertainty_next) &&
         a->enough == b->enough;
}

inline bool same(const std::optional<ReferenceCheck>& a, const std::optional<ReferenceCheck>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  const auto alike = [](double x, double y) { return same(x, y); };
  return std::ranges::equal(a->shift_ev, b->shift_ev, alike) &&
         a->shift_uncertainty_ev == b->shift_uncertainty_ev && a->shift_applied == b->shift_applied &&
         same(a->residual_structure, b->residual_structure) && a->residual_ev == b->residual_ev &&
         a->residual == b->residual && a->structured == b->structured && a->suggested == b->suggested;
}

inline bool same(const PhaseMap& a, const PhaseMap& b) {
  return a.series_id == b.series_id && a.scan_id == b.scan_id && a.scan_index == b.scan_index &&
         a.map_number == b.map_number && a.last_sequence == b.last_sequence && a.final == b.final &&
         a.scan_status == b.scan_status && a.energies_ev == b.energies_ev &&
         a.energies_used == b.energies_used && a.energies_carried == b.energies_carried &&
         a.method == b.method && a.iterations == b.iterations && same(a.relative_error, b.relative_error) &&
         same(a.map_change, b.map_change) && same(a.map_distance, b.map_distance) &&
         a.converged == b.converged && same(a.noise_sigma, b.noise_sigma) && a.lambda == b.lambda &&
         a.rho == b.rho && a.config_hash == b.config_hash && same(a.advice, b.advice) &&
         same(a.reference_check, b.reference_check) && a.received_utc_ns == b.received_utc_ns &&
         a.published_utc_ns == b.published_utc_ns && a.shape == b.shape &&
         a.pixel_size_um == b.pixel_size_um && a.states == b.states && same_bits(a.fraction, b.fraction) &&
         same_bits(a.scale, b.scale) && same_bits(a.residual, b.residual) &&
         same_bits(a.uncertainty, b.uncertainty) && a.mask == b.mask;
}

inline bool same(const Counters& a, const Counters& b) {
  return a.received == b.received && a.recorded == b.recorded && a.used == b.used &&
         a.duplicate == b.duplicate && a.late == b.late && a.missing == b.missing && a.foreign == b.foreign &&
         a.unpaired == b.unpaired && a.rejected == b.rejected && a.refused == b.refused &&
         a.scans_started == b.scans_started && a.scans_closed == b.scans_closed &&
         a.scans_aborted == b.scans_aborted && a.scans_timed_out == b.scans_timed_out &&
         a.repaired_pixels == b.repaired_pixels && a.maps_provisional == b.maps_provisional &&
         a.maps_final == b.maps_final && a.viewer_drops == b.viewer_drops && a.restored == b.restored &&
         a.unregistered == b.unregistered;
}

inline bool same(const Status& a, const Status& b) {
  return a.state == b.state && a.scan_id == b.scan_id && a.scan_index == b.scan_index &&
         a.energies_planned == b.energies_planned && a.energies_received == b.energies_received &&
         same(a.counters, b.counters) && a.queue_depths == b.queue_depths &&
         a.frames_per_second == b.frames_per_second && same(a.latency_p50_ms, b.latency_p50_ms) &&
         same(a.latency_p95_ms, b.latency_p95_ms) && a.recorder_lag_frames == b.recorder_lag_frames &&
         a.errors == b.errors && a.note == b.note && a.published_utc_ns == b.published_utc_ns &&
         same(a.advice, b.advice) &&
         std::ranges::equal(a.drift, b.drift, [](auto& x, auto& y) { return same(x, y); });
}

inline bool same(const ControlRequest& a, const ControlRequest& b) {
  return a.command == b.command && a.region == b.region && a.scan_id == b.scan_id;
}

inline bool same(const RegionSpectrum& a, const RegionSpectrum& b) {
  const auto same_fit = [](const RegionFit& x, const RegionFit& y) {
    return x.map_number == y.map_number && x.states == y.states && x.fraction == y.fraction &&
           x.uncertainty == y.uncertainty && x.scale == y.scale && x.background == y.background &&
           x.fit == y.fit;
  };
  return a.scan_id == b.scan_id && a.region == b.region && a.pixels == b.pixels &&
         a.energy_indices == b.energy_indices && a.energies_ev == b.energies_ev &&
         a.absorbance == b.absorbance && a.energies_carried == b.energies_carried &&
         a.of_map.has_value() == b.of_map.has_value() && (!a.of_map || same_fit(*a.of_map, *b.of_map));
}

inline bool same(const References& a, const References& b) {
  return a.scan_id == b.scan_id && a.states == b.states && a.energies_ev == b.energies_ev &&
         a.absorbance == b.absorbance;
}

inline bool same(const Receipt& a, const Receipt& b) {
  return a.scan_id == b.scan_id && a.closed == b.closed && a.recorded == b.recorded;
}

inline bool same(const ControlReply& a, const ControlReply& b) {
  return a.ok == b.ok && a.text == b.text;
}

}  // namespace phasecast::test
