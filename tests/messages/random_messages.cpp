#include "random_messages.hpp"

#include <algorithm>
#include <limits>

namespace phasecast::test {

double RandomMessages::real_or_nan(double low, double high) {
  return coin() ? real(low, high) : std::numeric_limits<double>::quiet_NaN();
}

std::string RandomMessages::id() {
  static constexpr std::string_view first = "ABCXYZabcxyz0189_";
  static constexpr std::string_view all = "ABCXYZabcxyz0189_.-";
  std::string id(1 + below(64), first[below(first.size())]);
  for (std::size_t i = 1; i < id.size(); ++i) id[i] = all[below(all.size())];
  return id;
}

std::string RandomMessages::text() {
  static constexpr std::string_view pieces[] = {"Ni K", "µ",    "\n", "\t", "4.1 V",
                                                "=",    "電池", "/",  "\"", " "};
  std::string text;
  for (auto n = below(8); n > 0; --n) text += pieces[below(std::size(pieces))];
  return text;
}

CorrectionPlan RandomMessages::plan() {
  return {static_cast<CorrectionUse>(below(3)), 1 + small(5)};
}

std::vector<double> RandomMessages::energies() {
  std::vector<double> energies(1 + below(130));
  for (auto& energy : energies) energy = real(1e-3, 1e7 - 1);
  return energies;
}

std::vector<float> RandomMessages::floats(std::size_t count) {
  std::vector<float> values(count);
  for (auto& value : values) value = static_cast<float>(real_or_nan(-1, 2));
  return values;
}

ScanStart RandomMessages::scan_start() {
  ScanStart start;
  start.source = text();
  start.series_id = id();
  start.scan_id = id();
  start.scan_index = static_cast<std::uint32_t>(bits_());
  start.energies_ev = energies();
  start.shape = {1 + static_cast<int>(below(30'000)), 1 + static_cast<int>(below(30'000))};
  start.pixel_type = static_cast<PixelType>(below(5));
  start.pixel_size_um = real(0, 2);
  start.edge = text();
  start.signal = static_cast<Signal>(below(3));
  start.darks = plan();
  start.flats = plan();
  start.sample_repeats = 1 + small(5);
  start.start_utc_ns = instant();
  for (auto n = below(6); n > 0; --n) start.metadata["key " + std::to_string(below(100))] = text();
  return start;
}

Frame RandomMessages::frame() {
  Frame frame;
  auto& header = frame.header;
  header.scan_id = id();
  header.sequence = below(10'000'000);
  header.kind = static_cast<FrameKind>(below(3));
  header.energy_index = small(20'000);
  header.energy_set_ev = header.kind != FrameKind::sample && coin() ? 0 : real(1, 1e5);
  header.energy_readback_ev = real_or_nan(1, 1e5);
  header.repeat = small(10'000);
  header.shape = shape();
  header.pixel_type = static_cast<PixelType>(below(5));
  header.exposure_s = real(0, 10);
  header.start_utc_ns = instant();
  header.i0 = real_or_nan(-1, 1e9);

  std::vector<std::byte> pixels(header.shape.pixels() * bytes_per_pixel(header.pixel_type));
  for (auto& byte : pixels) byte = static_cast<std::byte>(bits_());
  frame.pixels = PixelBuffer::take(std::move(pixels));
  return frame;
}

ScanEnd RandomMessages::scan_end() {
  return {id(), below(10'000'001), coin() ? ScanStatus::complete : ScanStatus::aborted, text()};
}

PhaseMap RandomMessages::phase_map() {
  PhaseMap map;
  map.series_id = id();
  map.scan_id = id();
  map.scan_index = small(1000);
  map.map_number = bits_();
  map.last_sequence = below(10'000'000);
  map.final = coin();
  if (map.final) map.scan_status = coin() ? ScanStatus::complete : ScanStatus::aborted;
  map.energies_ev = energies();
  for (std::uint32_t i = 0; i < map.energies_ev.size(); ++i) {
    if (const auto origin = below(3); origin != 2) {
      (origin == 0 ? map.energies_used : map.energies_carried).push_back(i);
    }
  }
  map.method = coin() ? "rum-tv" : "lcf";
  map.iterations = small(1000);
  map.relative_error = real_or_nan(0, 1);
  map.map_change = real_or_nan(0, 1);
  map.map_distance = real_or_nan(0, 1);
  map.converged = coin();
  map.noise_sigma = real_or_nan(0, 1);
  map.lambda = real(0, 1);
  map.rho = real(0, 10);
  map.config_hash = id();
  map.received_utc_ns = instant();
  map.published_utc_ns = instant();
  map.shape = shape();
  map.pixel_size_um = real(0, 2);
  for (auto n = 1 + below(5); n > 0; --n) map.states.push_back("state " + std::to_string(n));
  map.advice = advice();
  map.reference_check = reference_check(map.states.size(), map.energies_ev.size());
  map.fraction = floats(map.states.size() * map.shape.pixels());
  map.scale = floats(map.shape.pixels());
  map.residual = floats(map.shape.pixels());
  map.uncertainty = floats(map.states.size() * map.shape.pixels());
  map.mask.resize(map.shape.pixels());
  for (auto& mask : map.mask) mask = static_cast<std::uint8_t>(below(3));
  return map;
}

Counters RandomMessages::counters() {
  Counters c;
  for (auto* counter :
       {&c.received, &c.recorded, &c.used, &c.duplicate, &c.late, &c.missing, &c.foreign, &c.unpaired,
        &c.scans_started, &c.scans_closed, &c.scans_aborted, &c.scans_timed_out, &c.repaired_pixels,
        &c.maps_provisional, &c.maps_final, &c.viewer_drops, &c.restored, &c.unregistered}) {
    *counter = bits_();
  }
  for (auto n = below(4); n > 0; --n) c.rejected["cause " + std::to_string(n)] = bits_();
  for (auto n = below(4); n > 0; --n) c.refused["socket " + std::to_string(n)] = bits_();
  return c;
}

Status RandomMessages::status() {
  Status status;
  status.state = static_cast<PipelineState>(below(4));
  if (coin()) status.scan_id = id();
  status.scan_index = small(1000);
  status.energies_planned = small(20'001);
  status.energies_received = small(status.energies_planned + 1);
  status.counters = counters();
  for (const auto* queue : {"reorder", "record", "unmix"}) status.queue_depths[queue] = bits_();
  status.frames_per_second = real(0, 1e4);
  status.latency_p50_ms = real_or_nan(0, 1e4);
  status.latency_p95_ms = real_or_nan(0, 1e4);
  status.recorder_lag_frames = bits_();
  for (auto n = below(4); n > 0; --n) status.errors.push_back(text());
  status.note = text();
  status.published_utc_ns = instant();
  status.drift = drift();
  status.advice = advice();
  return status;
}

std::vector<Drift> RandomMessages::drift() {
  std::vector<Drift> drift;
  for (auto index = small(130); index < 130; index += 1 + small(9))
    drift.push_back({index, real(-5, 5), real(-5, 5), real(0.98, 1.02), real(0, 1), coin()});
  if (coin()) std::reverse(drift.begin(), drift.end());
  return drift;
}

std::optional<Advice> RandomMessages::advice() {
  if (coin()) return {};
  return Advice{real_or_nan(0, 1), real_or_nan(0, 1), real_or_nan(1, 1e5), real_or_nan(0, 1), coin()};
}

std::optional<ReferenceCheck> RandomMessages::reference_check(std::size_t states, std::size_t energies) {
  if (coin()) return {};
  const std::size_t count = below(energies + 1);
  ReferenceCheck found{reals(states, -3, 3), reals(states, 0, 1), coin(), real_or_nan(0, 20),
                       reals(count, 1, 1e5), reals(count, -1, 1), coin(), {}};
  if (coin()) found.shift_ev[below(states)] = std::numeric_limits<double>::quiet_NaN();
  if (coin()) found.shift_uncertainty_ev[below(states)] = std::numeric_limits<double>::infinity();
  if (coin()) found.suggested = reals(count, -1, 2);
  return found;
}

ControlRequest RandomMessages::control_request() {
  const auto command = static_cast<ControlCommand>(below(8));
  if (command == ControlCommand::get_region_spectrum) return {command, region()};
  if (command == ControlCommand::get_receipt) return {command, {}, id()};
  return {command};
}

ControlReply RandomMessages::control_reply() {
  return {coin(), text()};
}

std::vector<double> RandomMessages::reals(std::size_t count, double low, double high) {
  std::vector<double> values(count);
  for (double& value : values) value = real(low, high);
  return values;
}

Region RandomMessages::region() {
  return {small(65'000), small(65'000), 1 + small(500), 1 + small(500)};
}

RegionSpectrum RandomMessages::region_spectrum() {
  RegionSpectrum spectrum;
  spectrum.scan_id = id();
  spectrum.region = region();
  spectrum.pixels = small(spectrum.region.width * spectrum.region.height + 1);
  for (std::uint32_t index = small(3); index < 130; index += 1 + small(3)) {
    spectrum.energy_indices.push_back(index);
    if (coin()) spectrum.energies_carried.push_back(index);
  }
  const std::size_t energies = spectrum.energy_indices.size();
  spectrum.energies_ev = reals(energies, 1, 1e5);
  spectrum.absorbance = reals(energies, -1, 4);
  if (coin()) {
    const std::size_t states = 1 + below(4);
    spectrum.of_map = RegionFit{bits_(),
                                {},
                                reals(states, 0, 1),
                                reals(states, 0, 1),
                                real(-1, 2),
                                reals(energies, -1, 1),
                                reals(energies, -1, 4)};
    for (std::size_t l = 0; l < states; ++l)
      spectrum.of_map->states.push_back(text().append(std::to_string(l)));
  }
  return spectrum;
}

References RandomMessages::references() {
  References references{id(), {"reduced", "oxidized"}, energies(), {}};
  references.absorbance = reals(2 * references.energies_ev.size(), -1, 2);
  return references;
}

Receipt RandomMessages::receipt() {
  Receipt receipt{id(), coin(), {}};
  for (std::uint64_t first = below(3); first < 200; first += 1 + below(5)) {
    receipt.recorded.push_back({first, 1 + below(20)});
    first += receipt.recorded.back().count;
  }
  return receipt;
}

std::vector<Parts> one_of_each(RandomMessages& random) {
  return {encode(random.scan_start()),    encode(random.frame()),           encode(random.scan_end()),
          encode(random.phase_map()),     encode(random.status()),          encode(random.control_request()),
          encode(random.control_reply()), encode(random.region_spectrum()), encode(random.references()),
          encode(random.receipt())};
}

}  // namespace phasecast::test
