#include "stages/ingest.hpp"
#include "stages/register_ingest.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <stdexcept>

#include "tools/bench/bench.hpp"
#include "tools/bench/copies.hpp"
#include "tools/bench/prepared_scan.hpp"
#include "tools/bench/timing.hpp"

namespace phasecast {
namespace {

constexpr int energies = 20;

RawPixels raw(const Frame& frame) {
  return {frame.pixels.bytes, frame.header.pixel_type};
}

/// The scan's energies as they came: each with its flat, all with the one dark.
std::vector<IngestEnergy> energies_of(const PreparedScan& scan) {
  RawPixels dark;
  std::vector<IngestEnergy> batch(scan.start().energies_ev.size());
  for (const Frame& frame : scan.frames()) {
    IngestEnergy& energy = batch[frame.header.energy_index];
    energy.energy_ev = frame.header.energy_ev();
    energy.frame.signal = scan.start().signal;
    if (frame.header.kind == FrameKind::dark) dark = raw(frame);
    if (frame.header.kind == FrameKind::flat) energy.frame.flat = raw(frame);
    if (frame.header.kind == FrameKind::sample) energy.frame.sample = raw(frame);
  }
  for (IngestEnergy& energy : batch) energy.frame.dark = dark;
  return batch;
}

Moments empty_moments(const Experiment& experiment) {
  auto dictionary =
      Dictionary::make(experiment.references(), experiment.config().energies_ev, particle_normalization());
  if (!dictionary) throw std::runtime_error(dictionary.error().text());
  return Moments(experiment.config().shape, std::move(*dictionary));
}

}  // namespace

std::vector<BenchRow> ingest_rows(const BenchSettings& settings) {
  const auto experiment = particle_experiment(settings.detector_shape(), energies, 1);
  SimulatedScan simulated(experiment, 0);
  const PreparedScan scan(simulated);
  const std::vector<IngestEnergy> all = energies_of(scan);
  Moments moments = empty_moments(*experiment);
  Ingest ingest({});
  const auto add_in_batches_of = [&](std::size_t most) {
    for (std::size_t k = 0; k < all.size(); k += most)
      ingest.add(std::span(all).subspan(k, std::min(most, all.size() - k)), moments);
  };
  RegisteredIngest registered({}, {Registering::shift_and_magnification, {}}, scan.start().shape,
                              scan.start().energies_ev.front());
  const auto add_registered = [&](std::size_t most) {
    registered.begin_scan();
    for (std::size_t k = 0; k < all.size(); k += most)
      registered.add(std::span(all).subspan(k, std::min(most, all.size() - k)), moments);
  };
  std::vector<std::byte> copied(settings.detector_shape().pixels() * sizeof(std::uint16_t));
  const auto copy = [&] {
    for (const Frame& frame : scan.frames()) copy_memory(frame.pixels.bytes, copied);
  };

  const auto gigabytes = static_cast<double>(scan.bytes()) / 1e9;
  const auto row = [&](const std::string& how, const auto& add, std::size_t batch, int threads) {
    const ThreadLimit limit(threads);
    const Seconds s = least_seconds_of_both(
        settings.repetitions(5), [&] { add(batch); }, copy);
    const std::string with = fmt::format("{} thread{}", threads, threads > 1 ? "s" : "");
    return BenchRow{fmt::format("ingest of {}×{} uint16 with flats, {}, {}", scan.start().shape.height,
                                scan.start().shape.width, how, with),
                    "GB/s",
                    gigabytes / s.ours,
                    gigabytes / s.reference,
                    "memcpy of the same samples and flats, " + with,
                    true};
  };
  return {row("one by one", add_in_batches_of, 1, 1),
          row("one by one", add_in_batches_of, 1, settings.threads),
          row("queued", add_in_batches_of, Ingest::most_energies, 1),
          row("queued", add_in_batches_of, Ingest::most_energies, settings.threads),
          row("registered", add_registered, Ingest::most_energies, settings.threads)};
}

}  // namespace phasecast
