#include <spdlog/fmt/fmt.h>
#include <tbb/parallel_for.h>

#include <optional>

#include "stages/absorbance.hpp"
#include "stages/despike.hpp"
#include "stages/moments.hpp"
#include "tools/bench/bench.hpp"
#include "tools/bench/copies.hpp"
#include "tools/bench/prepared_scan.hpp"
#include "tools/bench/timing.hpp"

namespace phasecast {
namespace {

/// One energy's frames, as they came.
struct RawEnergy {
  const Frame* flat = nullptr;
  const Frame* sample = nullptr;
};

std::vector<float> as_floats(const Frame& frame) {
  std::vector<float> values(frame.header.shape.pixels());
  add_pixels(frame.pixels.bytes, frame.header.pixel_type, values);
  return values;
}

/// Dark, flat, −ln, despike and the moments of one scan.
class Ingest {
 public:
  Ingest(const PreparedScan& scan, const std::vector<Spectrum>& references) : scan_(scan) {
    const auto dictionary = Dictionary::make(references, scan.start().energies_ev, particle_normalization());
    if (!dictionary) throw std::runtime_error(dictionary.error().text());
    moments_.emplace(scan.start().shape, *dictionary);
    energies_.resize(scan.start().energies_ev.size());
    for (const Frame& frame : scan.frames()) {
      if (frame.header.kind == FrameKind::dark) dark_ = as_floats(frame);
      RawEnergy& energy = energies_[frame.header.energy_index];
      if (frame.header.kind == FrameKind::flat) energy.flat = &frame;
      if (frame.header.kind == FrameKind::sample) energy.sample = &frame;
    }
  }

  void one_by_one() {
    for (const RawEnergy& energy : energies_) add(energy, absorbance(energy));
  }

  void queued() {
    std::vector<std::vector<float>> absorbed(energies_.size());
    tbb::parallel_for(std::size_t{0}, energies_.size(),
                      [&](std::size_t k) { absorbed[k] = absorbance(energies_[k]); });
    for (std::size_t k = 0; k < energies_.size(); ++k) add(energies_[k], absorbed[k]);
  }

 private:
  std::vector<float> absorbance(const RawEnergy& energy) const {
    std::vector<float> result(scan_.start().shape.pixels());
    to_absorbance(as_floats(*energy.sample), scan_.start().signal, {dark_, as_floats(*energy.flat)}, result);
    despike({}, scan_.start().shape, result);
    return result;
  }
  void add(const RawEnergy& energy, const std::vector<float>& absorbance) {
    moments_->add(energy.sample->header.energy_ev(), absorbance);
  }

  const PreparedScan& scan_;
  std::optional<Moments> moments_;
  std::vector<float> dark_;
  std::vector<RawEnergy> energies_;
};

}  // namespace

std::vector<BenchRow> ingest_rows(const BenchSettings& settings) {
  const int energies = 20;
  const Shape shape = settings.detector_shape();
  const auto experiment = particle_experiment(shape, energies, 1);
  SimulatedScan simulated(experiment, 0);
  const PreparedScan scan(simulated);
  Ingest ingest(scan, experiment->references());

  std::vector<std::vector<std::byte>> copies;
  for (const Frame& frame : scan.frames()) copies.emplace_back(frame.pixels.bytes.size());
  const auto copy = [&] {
    for (std::size_t k = 0; k < copies.size(); ++k) copy_memory(scan.frames()[k].pixels.bytes, copies[k]);
  };
  const ThreadLimit limit(settings.threads);
  const auto gigabytes = static_cast<double>(scan.bytes()) / 1e9;
  const auto row = [&](const std::string& how, const auto& work) {
    const Seconds s = least_seconds_of_both(settings.repetitions(3), work, copy);
    return BenchRow{fmt::format("ingest of {}×{} uint16, {}, sample + flat", shape.height, shape.width, how),
                    "GB/s",
                    gigabytes / s.ours,
                    gigabytes / s.reference,
                    fmt::format("memcpy of the same bytes, {} threads", settings.threads),
                    true};
  };
  return {row("one by one", [&] { ingest.one_by_one(); }), row("queued", [&] { ingest.queued(); })};
}

}  // namespace phasecast
