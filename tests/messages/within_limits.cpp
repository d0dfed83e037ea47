#include "within_limits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace phasecast::test {
namespace {

bool id(const std::string& text) {
  static const std::string allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
  return text.size() >= 1 && text.size() <= 64 && text.find_first_not_of(allowed) == std::string::npos &&
         text[0] != '.' && text[0] != '-';
}

bool text(const std::string& text) {
  return text.size() <= 4096 && text.find_first_of(std::string("\0\x1b\x07\x08\x7f", 5)) == std::string::npos;
}

bool name(const std::string& name) {
  return !name.empty() && text(name);
}

bool measure(double value) {
  return value >= 0 && value <= std::numeric_limits<double>::max();
}
bool measure_or_unknown(double value) {
  return std::isnan(value) || measure(value);
}
bool energy(double value) {
  return value > 0 && value < 1e7;
}

bool energies(const std::vector<double>& values) {
  return !values.empty() && values.size() <= 20'000 && std::all_of(values.begin(), values.end(), energy);
}

bool shape(Shape s) {
  return s.height >= 1 && s.height <= 65'536 && s.width >= 1 && s.width <= 65'536 && s.pixels() <= 1u << 30;
}

bool plan(CorrectionPlan p) {
  return p.use <= CorrectionUse::per_energy && p.repeats <= 10'000 &&
         (p.use == CorrectionUse::none || p.repeats >= 1);
}

bool names(const std::map<std::string, std::uint64_t>& map) {
  return map.size() <= 1000 &&
         std::all_of(map.begin(), map.end(), [](auto& entry) { return name(entry.first); });
}

bool region(const Region& r) {
  return r.width >= 1 && r.height >= 1 && std::uint64_t{r.x} + r.width <= 65'536 &&
         std::uint64_t{r.y} + r.height <= 65'536 && std::uint64_t{r.width} * r.height <= 1u << 30;
}

bool finite(const std::vector<double>& values, std::size_t count) {
  return values.size() == count &&
         std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

bool distinct_names(const std::vector<std::string>& names) {
  const std::set<std::string> distinct(names.begin(), names.end());
  return !names.empty() && names.size() <= 64 && distinct.size() == names.size() &&
         std::all_of(names.begin(), names.end(), name);
}

bool fit(const RegionFit& f, std::size_t energies) {
  return distinct_names(f.states) && finite(f.fraction, f.states.size()) &&
         finite(f.uncertainty, f.states.size()) &&
         std::all_of(f.uncertainty.begin(), f.uncertainty.end(), measure) && std::isfinite(f.scale) &&
         finite(f.background, energies) && finite(f.fit, energies);
}

bool drift(const std::vector<Drift>& all) {
  std::set<std::uint32_t> indices;
  for (const Drift& d : all) {
    const bool within = std::abs(d.x) <= 65'536 && std::abs(d.y) <= 65'536 && d.magnification >= 0.1 &&
                        d.magnification <= 10 && d.quality >= 0 && d.quality <= 1;
    if (!within || d.energy_index >= 20'000 || !indices.insert(d.energy_index).second) return false;
  }
  return true;
}

bool advice(const Advice& a) {
  return measure_or_unknown(a.uncertainty) && measure_or_unknown(a.uncertainty_planned) &&
         (std::isnan(a.next_energy_ev) || energy(a.next_energy_ev)) && measure_or_unknown(a.uncertainty_next);
}

bool reference_check(const ReferenceCheck& r, std::size_t states, std::size_t energies) {
  return r.shift_ev.size() == states && r.shift_uncertainty_ev.size() == states &&
         std::none_of(r.shift_ev.begin(), r.shift_ev.end(), [](double x) { return std::isinf(x); }) &&
         std::all_of(r.shift_uncertainty_ev.begin(), r.shift_uncertainty_ev.end(),
                     [](double x) { return x >= 0; }) &&
         (r.suggested.empty() || finite(r.suggested, r.residual_ev.size())) &&
         measure_or_unknown(r.residual_structure) && r.residual_ev.size() <= energies &&
         std::all_of(r.residual_ev.begin(), r.residual_ev.end(), energy) &&
         finite(r.residual, r.residual_ev.size());
}

bool valid(const ScanStart& s) {
  return s.version == 1 && text(s.source) && id(s.series_id) && id(s.scan_id) && energies(s.energies_ev) &&
         shape(s.shape) && s.pixel_type <= PixelType::float64 && measure(s.pixel_size_um) && text(s.edge) &&
         s.signal <= Signal::absorbance && plan(s.darks) && plan(s.flats) && s.sample_repeats >= 1 &&
         s.sample_repeats <= 10'000 && s.planned_frames() <= 10'000'000 && s.start_utc_ns >= 0 &&
         s.metadata.size() <= 1000 && std::all_of(s.metadata.begin(), s.metadata.end(), [](auto& entry) {
           return name(entry.first) && text(entry.second);
         });
}

bool valid(const Frame& frame) {
  const auto& h = frame.header;
  const bool no_energy = h.kind != FrameKind::sample && h.energy_set_ev == 0;
  return id(h.scan_id) && h.sequence < 10'000'000 && h.kind <= FrameKind::sample && h.energy_index < 20'000 &&
         (no_energy || energy(h.energy_set_ev)) &&
         (std::isnan(h.energy_readback_ev) || energy(h.energy_readback_ev)) && h.repeat < 10'000 &&
         shape(h.shape) && h.pixel_type <= PixelType::float64 &&
         h.byte_count == h.shape.pixels() * bytes_per_pixel(h.pixel_type) &&
         h.byte_count == frame.pixels.bytes.size() && measure(h.exposure_s) && h.start_utc_ns >= 0 &&
         !std::isinf(h.i0);
}

bool valid(const ScanEnd& end) {
  return id(end.scan_id) && end.frames_sent <= 10'000'000 && end.status <= ScanStatus::aborted &&
         text(end.reason);
}

bool origins(const PhaseMap& m) {
  std::set<std::uint32_t> all(m.energies_used.begin(), m.energies_used.end());
  all.insert(m.energies_carried.begin(), m.energies_carried.end());
  return all.size() == m.energies_used.size() + m.energies_carried.size() &&
         (all.empty() || *all.rbegin() < m.energies_ev.size());
}

bool layers(const PhaseMap& m) {
  const auto n = m.shape.pixels(), ln = n * m.states.size();
  return m.fraction.size() == ln && m.scale.size() == n && m.residual.size() == n &&
         m.uncertainty.size() == ln && m.mask.size() == n &&
         std::all_of(m.mask.begin(), m.mask.end(), [](auto mask) { return mask <= 2; });
}

bool valid(const PhaseMap& m) {
  const std::set<std::string> states(m.states.begin(), m.states.end());
  return id(m.series_id) && id(m.scan_id) && m.last_sequence < 10'000'000 &&
         m.scan_status <= ScanStatus::aborted && energies(m.energies_ev) && origins(m) && name(m.method) &&
         measure_or_unknown(m.relative_error) && measure_or_unknown(m.map_change) &&
         measure_or_unknown(m.map_distance) && measure_or_unknown(m.noise_sigma) && measure(m.lambda) &&
         measure(m.rho) && text(m.config_hash) && m.received_utc_ns >= 0 && m.published_utc_ns >= 0 &&
         shape(m.shape) && measure(m.pixel_size_um) && !states.empty() && states.size() <= 64 &&
         states.size() == m.states.size() && std::all_of(states.begin(), states.end(), name) && layers(m) &&
         (!m.advice || advice(*m.advice)) &&
         (!m.reference_check || reference_check(*m.reference_check, states.size(), m.energies_ev.size()));
}

bool valid(const Status& s) {
  return s.state <= PipelineState::stopping && (s.scan_id.empty() || id(s.scan_id)) &&
         s.energies_planned <= 20'000 && s.energies_received <= s.energies_planned &&
         names(s.counters.rejected) && names(s.counters.refused) && names(s.queue_depths) &&
         measure(s.frames_per_second) && measure_or_unknown(s.latency_p50_ms) &&
         measure_or_unknown(s.latency_p95_ms) && s.errors.size() <= 1000 &&
         std::all_of(s.errors.begin(), s.errors.end(), text) && text(s.note) && s.published_utc_ns >= 0 &&
         drift(s.drift) && (!s.advice || advice(*s.advice));
}

bool valid(const ControlRequest& request) {
  return request.command <= ControlCommand::get_receipt &&
         (request.command == ControlCommand::get_receipt ? id(request.scan_id) : request.scan_id.empty()) &&
         request.region.has_value() == (request.command == ControlCommand::get_region_spectrum) &&
         (!request.region || region(*request.region));
}
bool valid(const RegionSpectrum& s) {
  const auto count = s.energy_indices.size();
  const bool increasing = std::adjacent_find(s.energy_indices.begin(), s.energy_indices.end(),
                                             std::greater_equal<>()) == s.energy_indices.end();
  const bool carried_are_there =
      std::all_of(s.energies_carried.begin(), s.energies_carried.end(), [&](auto index) {
        return std::find(s.energy_indices.begin(), s.energy_indices.end(), index) != s.energy_indices.end();
      });
  return id(s.scan_id) && region(s.region) && s.pixels <= s.region.width * s.region.height && increasing &&
         (count == 0 || s.energy_indices.back() < 20'000) && carried_are_there &&
         std::all_of(s.energies_ev.begin(), s.energies_ev.end(), energy) && finite(s.energies_ev, count) &&
         finite(s.absorbance, count) && (!s.of_map || fit(*s.of_map, count));
}
bool valid(const References& r) {
  return id(r.scan_id) && distinct_names(r.states) && energies(r.energies_ev) &&
         finite(r.absorbance, r.states.size() * r.energies_ev.size());
}
bool valid(const Receipt& r) {
  std::uint64_t next = 0;
  for (const auto& [first, count] : r.recorded) {
    if (first < next || count < 1 || first >= 10'000'000 || count > 10'000'000 - first) return false;
    next = first + count + 1;
  }
  return id(r.scan_id);
}
bool valid(const ControlReply& reply) {
  return text(reply.text);
}

}  // namespace

bool within_limits(const Message& message) {
  return std::visit([](const auto& plain) { return valid(plain); }, message);
}

}  // namespace phasecast::test
