#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <cstring>

#include "messages/crc32c.hpp"
#include "messages/units.hpp"
#include "tools/simulate/experiment.hpp"
#include "tools/simulate/fronts.hpp"

namespace phasecast {

namespace {

std::string uuid(Random random) {
  const std::uint64_t a = random.bits();
  const std::uint64_t b = random.bits();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", a >> 32, (a >> 16) & 0xffff, a & 0xfff,
                     0x8000 | ((b >> 48) & 0x3fff), b & 0xffffffffffff);
}

std::vector<std::byte> bytes_of(const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

ScanStart announce(const ExperimentConfig& c, int scan) {
  const auto start_key = static_cast<std::uint64_t>(c.start_utc_ns);
  const bool counts = c.signal == Signal::counts;
  ScanStart start;
  start.source = "phasecast simulate";
  start.series_id = uuid(Random{c.seed, start_key});
  start.scan_id = uuid(Random{c.seed, start_key, static_cast<std::uint64_t>(scan) + 1});
  start.scan_index = static_cast<std::uint32_t>(scan);
  start.energies_ev = c.energies_ev;
  start.shape = c.shape;
  start.pixel_type = counts ? PixelType::uint16 : PixelType::float32;
  start.pixel_size_um = c.pixel_size_um;
  start.edge = c.edge;
  start.signal = c.signal;
  if (counts) {
    start.darks = c.darks;
    start.flats = c.flats;
  }
  start.sample_repeats = c.sample_repeats;

  const double scan_s = c.exposure_s * static_cast<double>(start.planned_frames());
  const double time_s = scan * (scan_s + c.interval_s);
  const double charge = (scan + 1.0) / (c.scans + 1.0);
  start.start_utc_ns = c.start_utc_ns + static_cast<std::int64_t>(std::llround(time_s * ns_per_s));
  start.metadata = {
      {"scene", std::string(name_of(c.scene))},
      {"seed", std::to_string(c.seed)},
      {"time_s", fmt::format("{:.3f}", time_s)},
      {"current_A", "0.00012"},
      {"potential_V", fmt::format("{:.4f}", 3.55 + 0.55 * charge + 0.12 * std::pow(charge, 6))}};
  return start;
}

}  // namespace

SimulatedScan::SimulatedScan(std::shared_ptr<const Experiment> experiment, int scan)
    : experiment_(std::move(experiment)), scan_(scan), start_(announce(experiment_->config(), scan)) {
  const ExperimentConfig& c = experiment_->config();
  const Reaction reaction{static_cast<int>(c.references.size()), c.front_width_px, c.seed};
  const Scene& scene = experiment_->scene();
  const std::vector<float> fraction = phase_fractions(scene, reaction, (scan + 1.0) / (c.scans + 1.0));
  const std::vector<float>& amount = scene.scale.values;
  const std::size_t n = scene.shape.pixels();
  const auto as_used = [&](std::vector<float> plane) {
    if (c.drift.any()) return spline_coefficients(scene.shape, plane);
    return experiment_->in_view(plane);
  };
  for (std::size_t state = 0; state < c.references.size(); ++state) {
    const std::span<const float> share = std::span(fraction).subspan(state * n, n);
    const std::vector<float> seen = experiment_->in_view(share);
    fraction_.insert(fraction_.end(), seen.begin(), seen.end());
    std::vector<float> element(share.begin(), share.end());
    for (std::size_t i = 0; i < n; ++i) element[i] = amount[i] > 0 ? element[i] * amount[i] : 0;
    element_.push_back(as_used(std::move(element)));
  }
  scale_ = experiment_->in_view(amount);
  background_ = as_used(experiment_->background());
}

std::vector<float> SimulatedScan::absorbance(std::uint32_t energy_index) const {
  const std::size_t n = background_.size();
  const float decay = experiment_->background_at(energy_index);
  std::vector<float> y(n);
  for (std::size_t i = 0; i < n; ++i) y[i] = decay * background_[i];
  const std::vector<Spectrum>& references = experiment_->references();
  for (std::size_t state = 0; state < references.size(); ++state) {
    const float mu = static_cast<float>(references[state].mu[energy_index]);
    const float* amount = element_[state].data();
    for (std::size_t i = 0; i < n; ++i) y[i] += mu * amount[i];
  }
  if (!experiment_->config().drift.any()) return y;
  return moved_image(experiment_->scene().shape, y, start_.shape, drift()[energy_index]);
}

FrameHeader SimulatedScan::header(std::uint64_t sequence) const {
  FrameHeader h;
  h.scan_id = start_.scan_id;
  h.sequence = sequence;
  h.shape = start_.shape;
  h.pixel_type = start_.pixel_type;
  h.byte_count = start_.shape.pixels() * bytes_per_pixel(start_.pixel_type);
  h.exposure_s = experiment_->config().exposure_s;
  h.start_utc_ns = start_.start_utc_ns +
                   static_cast<std::int64_t>(static_cast<double>(sequence) * h.exposure_s * ns_per_s);

  const bool flats_per_energy = start_.flats.use == CorrectionUse::per_energy;
  const std::uint64_t darks = start_.darks.frames(1);
  const std::uint64_t shared_flats = flats_per_energy ? 0 : start_.flats.frames(1);
  if (sequence < darks + shared_flats) {
    h.kind = sequence < darks ? FrameKind::dark : FrameKind::flat;
    h.repeat = static_cast<std::uint32_t>(sequence < darks ? sequence : sequence - darks);
  } else {
    const std::uint64_t flats = flats_per_energy ? start_.flats.repeats : 0;
    const std::uint64_t at_energy = flats + start_.sample_repeats;
    const std::uint64_t beyond = sequence - darks - shared_flats;
    const std::uint64_t within = beyond % at_energy;
    h.kind = within < flats ? FrameKind::flat : FrameKind::sample;
    h.energy_index = static_cast<std::uint32_t>(beyond / at_energy);
    h.repeat = static_cast<std::uint32_t>(within < flats ? within : within - flats);
  }
  h.energy_set_ev = start_.energies_ev[h.energy_index];
  return h;
}

double SimulatedScan::time(std::uint64_t sequence) const {
  return scan_ + static_cast<double>(sequence) / static_cast<double>(frame_count());
}

std::vector<std::byte> SimulatedScan::sample_pixels(const FrameHeader& h) const {
  const ExperimentConfig& c = experiment_->config();
  Random random{c.seed, 0x6672616d65, static_cast<std::uint64_t>(scan_), h.sequence};
  std::vector<float> y = absorbance(h.energy_index);
  if (c.noise > 0) {
    std::vector<float> noise(y.size());
    random.fill_normal(noise);
    const float sigma = static_cast<float>(c.noise);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += sigma * noise[i];
  }
  if (c.signal == Signal::absorbance) return bytes_of(y);

  std::vector<float>& intensity = y;
  for (float& v : intensity) v = std::exp(-v);
  if (c.signal == Signal::transmission) return bytes_of(intensity);

  const std::vector<float> beam = experiment_->detector().beam(time(h.sequence));
  const std::vector<float>& dark = experiment_->detector().dark();
  for (std::size_t i = 0; i < y.size(); ++i) intensity[i] = dark[i] + beam[i] * intensity[i];
  add_zingers(c.hot_pixels, random, intensity);
  return experiment_->detector().read_out(intensity);
}

Result<Frame> SimulatedScan::frame(std::uint64_t sequence) {
  if (sequence >= frame_count())
    return Error{"sequence", "simulated scan " + start_.scan_id, "sequence", std::to_string(sequence),
                 "below " + std::to_string(frame_count())};
  Frame frame{header(sequence), {}, 0};
  const Detector& detector = experiment_->detector();
  const auto pixels = [&] {
    if (frame.header.kind == FrameKind::sample) return sample_pixels(frame.header);
    std::vector<float> counts = detector.dark();
    if (frame.header.kind == FrameKind::flat) {
      const std::vector<float> beam = detector.beam(time(sequence));
      for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += beam[i];
    }
    return detector.read_out(counts);
  };
  frame.pixels = PixelBuffer::take(pixels());
  frame.header.crc32c = crc32c(frame.pixels.bytes);
  return frame;
}

}  // namespace phasecast
